package fn

import "github.com/holdfast-edge/holdfast/tag"

// Context is what a function may know besides its arguments. It belongs to one
// running query, which sets it before each row; nothing of it may be kept.
// Times are nanoseconds since the Unix epoch.
type Context struct {
	Now        int64  // when the row is being processed
	RowTime    int64  // source time of the row; of a window, its end
	Rule       string // name of the rule
	RuleStart  int64  // when the rule was started
	Window     Window // the window that is being emitted; zero outside one
	ColumnTime int64  // source time of the column that a Param.Column names
	Row        int    // position of the row in the emission, from 1
	Hits       Hits   // what passed WHERE so far
	GroupHits  Hits   // what passed HAVING so far

	// Metadata returns what the source tells about the row besides its fields,
	// such as the topic that a message came on; nil where there is nothing.
	Metadata func(stream, key string) tag.Value
}

// Window is the span of a window. Start is included; whether End is, depends
// on the window's kind.
type Window struct {
	Start, End int64
}

// Hits counts the rows that passed a condition.
type Hits struct {
	Count int64
	Last  int64 // time of the last one; 0 where there was none
}
