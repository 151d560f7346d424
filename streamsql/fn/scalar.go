package fn

import "github.com/holdfast-edge/holdfast/tag"

// Scalar computes a value. args holds one value per argument and is only valid
// during the call; a parameter that was left out is simply not there. An error
// makes the row fail: it is counted, sampled, and the next row goes on.
type Scalar func(c *Context, args []tag.Value) (tag.Value, error)

// Table computes rows from a value, one call of yield for each; yield returns
// false when no more are wanted. An Object becomes columns of its fields, any
// other value one column under the name of the select item.
type Table func(c *Context, args []tag.Value, yield func(tag.Value) bool) error
