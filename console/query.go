package console

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/holdfast-edge/holdfast/console/export"
	"github.com/holdfast-edge/holdfast/internal/openapi"
	"github.com/holdfast-edge/holdfast/store/tables"
)

// queryPath is where the history is asked in SQL.
const queryPath = "/api/v1/query"

// queryInput asks the history.
type queryInput struct {
	request
	SQL     string `query:"sql" required:"true" maxLength:"65536" example:"SELECT ts, temperature FROM boiler WHERE ts > ago('15m')"`
	Format  string `query:"format" enum:"json,csv,parquet" default:"json"`
	Rows    int    `query:"rows" minimum:"1" maximum:"10000000" default:"100000" doc:"At most so many rows."`
	Seconds int    `query:"seconds" minimum:"1" maximum:"600" default:"30" doc:"At most so long."`
}

// queryBody asks the history in a body.
type queryBody struct {
	request
	Body struct {
		SQL     string `json:"sql" maxLength:"65536" example:"SELECT ts, temperature FROM boiler WHERE ts > ago('15m')"`
		Format  string `json:"format,omitempty" enum:"json,csv,parquet" default:"json"`
		Rows    int    `json:"rows,omitempty" minimum:"1" maximum:"10000000" default:"100000"`
		Seconds int    `json:"seconds,omitempty" minimum:"1" maximum:"600" default:"30"`
	}
}

// queryProblem is what is wrong with a query.
type queryProblem struct {
	huma.ErrorModel
	Line   int `json:"line,omitempty" doc:"From 1; none where the query is wrong as a whole."`
	Column int `json:"column,omitempty"`
}

func (s *Server) describeQuery(api huma.API) {
	o := operation(http.MethodGet, queryPath, "query", "history", "Ask the history in SQL")
	o.Description = "All of SQLite's SELECT, over a table for each device, group and kept stream, and samples, buckets and tags: see " +
		"docs/history.md. The answer is sent as it is made: {columns, rows, watermark, truncated, error}, or CSV. What " +
		"ends it early comes in error and in the trailer Holdfast-Error; that there were more rows in truncated and Holdfast-Truncated. " +
		"Holdfast-Watermark says, by stream, how far it saw."
	o.Errors = []int{http.StatusUnprocessableEntity, http.StatusServiceUnavailable}
	o.Responses = map[string]*huma.Response{"200": {Description: "The rows", Content: map[string]*huma.MediaType{
		"application/json": {}, "text/csv": {}, "application/vnd.apache.parquet": {},
	}}}
	openapi.Register(api, o, func(ctx context.Context, in *queryInput) (*huma.StreamResponse, error) {
		return s.query(ctx, in.request, in.SQL, in.Format, in.Rows, in.Seconds)
	})
	o.Method, o.OperationID = http.MethodPost, "query-by-body"
	openapi.Register(api, o, func(ctx context.Context, in *queryBody) (*huma.StreamResponse, error) {
		return s.query(ctx, in.request, in.Body.SQL, in.Body.Format, in.Body.Rows, in.Body.Seconds)
	})
}

// query begins to answer, so that what is wrong with the query, or with its
// first row, has a status.
func (s *Server) query(ctx context.Context, in request, text, format string, limit, seconds int) (*huma.StreamResponse, error) {
	if s.options.Tables == nil {
		return nil, huma.Error503ServiceUnavailable("this node keeps no history to ask")
	}
	if _, err := export.New(format, io.Discard); err != nil {
		return nil, huma.Error422UnprocessableEntity(err.Error())
	}
	patient(in.reply)
	rows, err := s.options.Tables.Query(ctx, tables.Query{SQL: text, MaxRows: limit, Timeout: time.Duration(seconds) * time.Second})
	if err != nil {
		return nil, queryError(err)
	}
	more := rows.Next()
	if err := rows.Err(); err != nil {
		return nil, queryError(errors.Join(err, rows.Close()))
	}
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		_, w := humago.Unwrap(ctx)
		if err := s.answerQuery(w, rows, more, format); err != nil {
			s.options.Logger.Warn("answer cut short", "path", queryPath, "error", err)
		}
	}}, nil
}

// queryError is a status for what is wrong.
func queryError(err error) error {
	if wrong, ok := errors.AsType[*tables.Error](err); ok {
		return &queryProblem{
			ErrorModel: huma.ErrorModel{Title: "query", Status: http.StatusUnprocessableEntity, Detail: wrong.Error()},
			Line:       wrong.Line, Column: wrong.Column,
		}
	}
	return huma.Error503ServiceUnavailable(err.Error())
}

// The headers and trailers of an answer.
const (
	watermarkHeader = "Holdfast-Watermark"
	errorTrailer    = "Holdfast-Error"
	moreTrailer     = "Holdfast-Truncated"
)

// answerQuery writes the rows. A client that takes nothing for a while is cut,
// and its query ends.
func (s *Server) answerQuery(w http.ResponseWriter, rows *tables.Rows, more bool, format string) (err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	out, err := export.New(format, &pacedWriter{w, http.NewResponseController(w), s.pace.timeout})
	if err != nil {
		return err
	}
	head := w.Header()
	head.Set("Content-Type", out.ContentType())
	head.Set("Trailer", errorTrailer+", "+moreTrailer)
	head.Set(watermarkHeader, marks(export.Times(rows.Watermark())))
	if format != "json" {
		head.Set("Content-Disposition", `attachment; filename="query.`+format+`"`)
	}
	w.WriteHeader(http.StatusOK)
	err = out.Begin(rows.Columns())
	for ; more && err == nil; more = rows.Next() {
		err = out.Row(rows.Values())
	}
	ended := errors.Join(err, rows.Err())
	head.Set(moreTrailer, strconv.FormatBool(rows.Truncated()))
	if ended != nil {
		head.Set(errorTrailer, url.PathEscape(ended.Error()))
	}
	return errors.Join(err, out.End(export.Summary{Watermark: rows.Watermark(), Truncated: rows.Truncated(), Err: ended}))
}

// marks are watermarks as a header has them: stream=time, …
func marks(times map[string]string) string {
	list := make([]string, 0, len(times))
	for stream, at := range times {
		list = append(list, url.PathEscape(stream)+"="+at)
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// pacedWriter gives each write some time.
type pacedWriter struct {
	out     http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration
}

func (p *pacedWriter) Write(b []byte) (int, error) {
	if err := p.control.SetWriteDeadline(time.Now().Add(p.timeout)); err != nil {
		return 0, err
	}
	return p.out.Write(b)
}
