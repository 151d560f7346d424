package console

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// PromQuestion is an expression in PromQL, for a moment or, where it has a step, for a stretch of time.
type PromQuestion struct {
	Text       string
	Start, End time.Time // End zero: now
	Step       time.Duration
}

// parameters are those of the HTTP API.
func (q PromQuestion) parameters() (path string, form url.Values) {
	seconds := func(t time.Time) string { return strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', 3, 64) }
	form = url.Values{"query": {q.Text}}
	if q.End.IsZero() {
		q.End = time.Now()
	}
	if q.Step <= 0 {
		form.Set("time", seconds(q.End))
		return "query", form
	}
	form.Set("start", seconds(q.Start))
	form.Set("end", seconds(q.End))
	form.Set("step", strconv.FormatFloat(q.Step.Seconds(), 'f', 3, 64))
	return "query_range", form
}

// PromQL writes what GET /prometheus/api/v1/query, or query_range, answers. An answer that is none is the error.
func (s *Server) PromQL(ctx context.Context, q PromQuestion, w io.Writer) error {
	path, form := q.parameters()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, prometheusPath+"api/v1/"+path+"?"+form.Encode(), http.NoBody)
	if err != nil {
		return err
	}
	a := &answering{to: w, header: http.Header{}, status: http.StatusOK}
	s.promQL.ServeHTTP(a, r)
	if a.status != http.StatusOK {
		return fmt.Errorf("ask in PromQL: %s", strings.TrimSpace(a.refusal.String()))
	}
	return a.err
}

// answering is an answer that goes to a writer, or says why there is none.
type answering struct {
	to      io.Writer
	header  http.Header
	status  int
	refusal bytes.Buffer
	err     error
}

// Header is http.ResponseWriter's.
func (a *answering) Header() http.Header { return a.header }

// WriteHeader is http.ResponseWriter's.
func (a *answering) WriteHeader(status int) { a.status = status }

// Write is http.ResponseWriter's.
func (a *answering) Write(octets []byte) (int, error) {
	if a.status != http.StatusOK {
		return a.refusal.Write(octets)
	}
	if a.err != nil {
		return 0, a.err
	}
	n, err := a.to.Write(octets)
	a.err = err
	return n, err
}
