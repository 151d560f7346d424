package supervisor

// Guard runs fn in the calling goroutine and gives the panic that ended it as a
// *PanicError, nil if fn returned. It is for goroutines that belong to no actor
// but to a server under one, such as those of a listener's connections: one of
// them that panics ends alone, and its owner is told. What the goroutine had in
// hand is in the state that the panic left it in, so the owner throws it away.
func Guard(fn func()) error { return attempt(fn) }
