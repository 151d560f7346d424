package tables

import (
	"modernc.org/sqlite/vtab"
)

// tags is the table of what there is.
type tags struct{}

func (tags) name() string      { return "tags" }
func (tags) streams() []string { return []string{} }
func (tags) shape() shape      { return shape{} }

func (tags) declare() string {
	return `CREATE TABLE x("table" TEXT, device TEXT, "group" TEXT, tag TEXT, unit TEXT, type TEXT, description TEXT)`
}

func (tags) open(s *session) source { return &tagScan{session: s} }

// tagScan is a scan of tags.
type tagScan struct {
	session *session
	left    []series
}

func (t *tagScan) begin(f filter) error {
	t.left = chosen(&t.session.known, &f, -1, -1, -1)
	return nil
}

func (t *tagScan) next() error {
	t.left = t.left[1:]
	return nil
}

func (t *tagScan) done() bool { return len(t.left) == 0 }

func (t *tagScan) rowid() int64 { return int64(t.left[0].number) }

func (t *tagScan) column(col int) (vtab.Value, error) {
	one := t.left[0]
	texts := []string{one.stream.Name, one.stream.Owner(), one.stream.Group, one.field.Name, one.field.Unit, one.field.Type, one.field.Description}
	if col >= len(texts) || texts[col] == "" {
		return nil, nil
	}
	return texts[col], nil
}
