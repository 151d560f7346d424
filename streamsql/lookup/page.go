package lookup

import "github.com/holdfast-edge/holdfast/tag"

// Paged is a table whose rows can be looked through.
type Paged interface {
	Table
	// Len returns how many rows there are.
	Len() int
	// Page returns rows from a place on, at most so many, in an order that is the
	// same as long as the rows are. now is the time in nanoseconds since the Unix
	// epoch.
	Page(now int64, from, limit int) []*tag.Batch
}

var _, _, _ Paged = (*Fixed)(nil), (*Newest)(nil), (*Appended)(nil)

// cut returns rows of a batch, which may be nil.
func cut(b *tag.Batch, from, limit int) []*tag.Batch {
	if b == nil || from < 0 || from >= b.Len() || limit <= 0 {
		return nil
	}
	return []*tag.Batch{b.Slice(from, min(from+limit, b.Len()))}
}

// Page is Paged's, in the order of the file.
func (t *Fixed) Page(_ int64, from, limit int) []*tag.Batch { return cut(t.rows, from, limit) }

// Page is Paged's, the key that came longest ago first, a batch for each.
func (t *Newest) Page(_ int64, from, limit int) (rows []*tag.Batch) {
	t.mu.Lock()
	defer t.mu.Unlock()
	place := 0
	for at := t.order.Front(); at != nil && len(rows) < limit; at = at.Next() {
		if place >= from {
			rows = append(rows, at.Value.(*newest).row)
		}
		place++
	}
	return rows
}
