package console

import "time"

// Hurry lets a test wait less for the frames of streams, and for the end of
// those that nobody takes.
func (s *Server) Hurry(every, timeout time.Duration) { s.pace = pace{every, timeout} }
