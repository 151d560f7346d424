package fn

import "github.com/holdfast-edge/holdfast/tag"

// milliseconds is the unit of every time that these functions return as a
// number.
const milliseconds = 1e6

func timeFunctions() []*Func {
	return []*Func{
		clock("event_time", "When the row was true at its source; of a window, its end.",
			func(c *Context) int64 { return c.RowTime }),
		clock("window_start", "When the window began that is being emitted.",
			func(c *Context) int64 { return c.Window.Start }),
		clock("window_end", "When the window ended that is being emitted.",
			func(c *Context) int64 { return c.Window.End }),
		clock("now_ms", "When the row is being processed.",
			func(c *Context) int64 { return c.Now }),
	}
}

// clock makes a function that reads a time out of the context.
func clock(name, doc string, read func(*Context) int64) *Func {
	return &Func{
		Name: name, Family: "quality and time", Returns: Int, Fixed: PerRow,
		Scalar: func(c *Context, _ []tag.Value) (tag.Value, error) {
			return tag.IntOf(read(c) / milliseconds), nil
		},
		Doc: doc + " Milliseconds since the Unix epoch.",
	}
}
