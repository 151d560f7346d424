package fn

import "github.com/holdfast-edge/holdfast/tag"

func hitFunctions() []*Func {
	rowNumber := hits("row_number", "The place of the row among those that are given together, from 1; with OVER (PARTITION BY … ORDER BY …) among those of its partition, in that order.",
		func(c *Context) int64 { return int64(max(c.Row, 1)) })
	rowNumber.Emitted = true
	return []*Func{
		rowNumber,
		hits("last_hit_count", "How many rows have passed WHERE, or the condition of the window that this stands in, before this one.",
			func(c *Context) int64 { return c.Hits.Count }),
		hits("last_hit_time", "When the last row before this one passed, in milliseconds since the Unix epoch; 0 where none did.",
			func(c *Context) int64 { return c.Hits.Last / milliseconds }),
		hits("last_agg_hit_count", "How many groups have passed HAVING before this one.",
			func(c *Context) int64 { return c.GroupHits.Count }),
		hits("last_agg_hit_time", "When the last group before this one passed HAVING, in milliseconds since the Unix epoch; 0 where none did.",
			func(c *Context) int64 { return c.GroupHits.Last / milliseconds }),
	}
}

// hits makes a function that reads a number out of the context.
func hits(name, doc string, read func(*Context) int64) *Func {
	return &Func{
		Name: name, Family: "rows before", Returns: Int, Fixed: PerRow, Doc: doc,
		Scalar: func(c *Context, _ []tag.Value) (tag.Value, error) { return tag.IntOf(read(c)), nil },
	}
}
