package fn

// Resetter is an Aggregate that can begin anew, so that a group that comes again
// in every window costs no new state.
type Resetter interface {
	Aggregate
	// Reset makes the state that of no rows.
	Reset()
}

// Picker is an Aggregate whose result is one of the values that it was shown,
// such as min and max.
type Picker interface {
	Aggregate
	// Picked reports whether the last Add or Merge changed which one it is.
	Picked() bool
}
