//go:build !lean

package console

import (
	"net/http"
	"time"
)

// Metrics serves them.
func (s *Server) Metrics() http.Handler { return s.metrics() }

// Remember keeps what the metrics are.
func (s *Server) Remember(now time.Time) { s.promQL.memory.Keep(now) }
