package fn

import (
	"fmt"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/tag"
)

// nowFunctions tell when the row is being processed, in UTC.
func nowFunctions() []*Func {
	return []*Func{
		moment("now", []string{"current_timestamp", "local_time", "local_timestamp"}, time.DateTime, true, "When the row is being processed, as yyyy-MM-dd HH:mm:ss in UTC"),
		moment("cur_time", []string{"current_time"}, time.TimeOnly, true, "The time of day when the row is being processed, as HH:mm:ss in UTC"),
		moment("cur_date", []string{"current_date"}, time.DateOnly, false, "The day when the row is being processed, as yyyy-MM-dd in UTC"),
		clock("tstamp", "When the row is being processed.", func(c *Context) int64 { return c.Now }),
	}
}

// moment makes a function that writes the present time.
func moment(name string, aliases []string, layout string, digits bool, doc string) *Func {
	f := &Func{Name: name, Aliases: aliases, Family: "date and time", Returns: Text, Fixed: PerRow, Doc: doc + "."}
	if digits {
		f.Params = []Param{{Name: "digits", Type: Int, Optional: true}}
		f.Doc = doc + ", with up to 6 digits behind the second."
	}
	f.Scalar = func(c *Context, args []tag.Value) (tag.Value, error) {
		layout := layout
		if len(args) > 0 {
			n, err := whole("digits", args[0])
			if err == nil && (n < 0 || n > 6) {
				err = fmt.Errorf("digits is %d: want 0 to 6", n)
			}
			if err != nil {
				return tag.Value{}, err
			}
			if n > 0 {
				layout += "." + strings.Repeat("0", int(n))
			}
		}
		return tag.StringOf(time.Unix(0, c.Now).UTC().Format(layout)), nil
	}
	return f
}
