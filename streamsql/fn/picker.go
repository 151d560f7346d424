package fn

// Picker is an Aggregate whose result is one of the values that it was shown,
// such as min and max.
type Picker interface {
	Aggregate
	// Picked reports whether the last Add or Merge changed which one it is.
	Picked() bool
}
