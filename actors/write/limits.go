package write

import (
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/tag"
)

// Limits is what a tag allows. The zero Limits allow nothing to be written.
type Limits struct {
	Writable bool
	Min, Max *float64      // in engineering units; nil: no limit
	Every    time.Duration // least time between two writes; 0: no limit
	By       string        // the only one who may write; empty: anybody
	Null     bool          // a good NULL gives up what was written
}

// Check reports why a command may not be carried out; last is the time of the
// last write to the tag that was sent, or the zero time.
func (l Limits) Check(c Command, last, now time.Time) error {
	switch {
	case !l.Writable:
		return fmt.Errorf("%s.%s is read-only: give it access: rw", c.Device, c.Tag)
	case l.By != "" && l.By != c.By:
		return fmt.Errorf("%s.%s may be written by %s only", c.Device, c.Tag, l.By)
	case c.Value.IsNull() && !l.gives(c.Value):
		return fmt.Errorf("%s.%s cannot be set to NULL (%s)", c.Device, c.Tag, c.Value.Quality())
	case !c.Deadline.IsZero() && now.After(c.Deadline):
		return ErrDeadline
	case l.Every > 0 && !last.IsZero() && now.Sub(last) < l.Every:
		return fmt.Errorf("%s.%s was written %s ago and allows one write in %s", c.Device, c.Tag,
			now.Sub(last).Round(time.Millisecond), l.Every)
	}
	if c.Value.IsNull() {
		return nil
	}
	return l.checkRange(c)
}

// gives reports whether a value is the NULL that gives up what was written.
func (l Limits) gives(v tag.Value) bool {
	return l.Null && v.Kind() == tag.Null && v.Quality().IsGood()
}

func (l Limits) checkRange(c Command) error {
	if l.Min == nil && l.Max == nil {
		return nil
	}
	v, ok := c.Value.Float()
	switch {
	case !ok:
		return fmt.Errorf("%s.%s has limits and takes a number, not %s", c.Device, c.Tag, c.Value.Kind())
	case v != v:
		return fmt.Errorf("%s.%s cannot be set to NaN", c.Device, c.Tag)
	case l.Min != nil && v < *l.Min:
		return fmt.Errorf("%s is below the least allowed for %s.%s, %v", tag.AppendJSON(nil, c.Value), c.Device, c.Tag, *l.Min)
	case l.Max != nil && v > *l.Max:
		return fmt.Errorf("%s is above the most allowed for %s.%s, %v", tag.AppendJSON(nil, c.Value), c.Device, c.Tag, *l.Max)
	}
	return nil
}
