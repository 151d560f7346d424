//go:build lean

package console

import (
	"context"
	"net/http"
)

// promQL says that this build has none.
type promQL struct{}

func newPromQL(*Server) *promQL { return &promQL{} }

// run has nothing to remember.
func (*promQL) run(context.Context) {}

// ServeHTTP tells what to run instead.
func (*promQL) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "this build answers no PromQL: it was made with the tag lean", http.StatusNotImplemented)
}

// Close has nothing to let go of.
func (*promQL) Close() error { return nil }
