package console

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/holdfast-edge/holdfast/console/thin"
	"github.com/holdfast-edge/holdfast/internal/openapi"
	"github.com/holdfast-edge/holdfast/tag"
)

// historyInput asks for a tag's past.
type historyInput struct {
	Device string `query:"device" required:"true" example:"boiler"`
	Tag    string `query:"tag" required:"true" example:"temperature"`
	From   string `query:"from" default:"-1h" doc:"A time (RFC 3339), or how long before now, such as -15m."`
	To     string `query:"to" default:"-0s" doc:"As from; not included."`
	Points int    `query:"points" default:"1000" minimum:"3" maximum:"20000" doc:"At most so many points."`
}

// History is a tag's curve.
type History struct {
	Device  string    `json:"device"`
	Tag     string    `json:"tag"`
	Unit    string    `json:"unit,omitempty"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Samples int       `json:"samples" doc:"How many samples the points stand for."`
	Points  []Point   `json:"points"`
}

// Point is one point of a curve.
type Point struct {
	Time    time.Time       `json:"time"`
	Value   json.RawMessage `json:"value" doc:"Null is a gap: the quality says why."`
	Quality string          `json:"quality"`
}

func (s *Server) describeHistory(api huma.API) {
	o := operation(http.MethodGet, "/api/v1/history", "show-history", "history", "A tag's curve")
	o.Description = "Thinned to at most so many points without hiding an extreme: each stretch of time keeps its least and its " +
		"greatest value, and a gap where a value was Bad or none came."
	o.Errors = []int{http.StatusNotFound, http.StatusServiceUnavailable}
	openapi.Register(api, o, s.showHistory)
	o.Path, o.OperationID, o.Summary = "/api/v1/history.csv", "export-history", "A tag's curve as CSV (RFC 4180): time, value, quality"
	o.Responses = map[string]*huma.Response{"200": {Description: "CSV", Content: map[string]*huma.MediaType{"text/csv": {}}}}
	openapi.Register(api, o, s.exportHistory)
}

func (s *Server) showHistory(ctx context.Context, in *historyInput) (*body[History], error) {
	h, err := s.history(ctx, in)
	return &body[History]{h}, err
}

func (s *Server) exportHistory(ctx context.Context, in *historyInput) (*huma.StreamResponse, error) {
	h, err := s.history(ctx, in)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		_, w := humago.Unwrap(ctx)
		w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		w.Header().Set("Content-Disposition", "attachment; filename=\"history.csv\"")
		writeCSV(csv.NewWriter(w), h.Points)
	}}, nil
}

// writeCSV writes the points; what goes wrong is that the client has gone.
func writeCSV(w *csv.Writer, points []Point) {
	_ = w.Write([]string{"time", "value", "quality"})
	for _, p := range points {
		_ = w.Write([]string{p.Time.Format(time.RFC3339Nano), plain(p.Value), p.Quality})
	}
	w.Flush()
}

// plain is a JSON value as a cell: a gap is empty, a text has no quotes.
func plain(value json.RawMessage) string {
	var text *string
	if json.Unmarshal(value, &text) != nil {
		return string(value)
	}
	if text == nil {
		return ""
	}
	return *text
}

func (s *Server) history(ctx context.Context, in *historyInput) (History, error) {
	g, t, err := s.tag(in.Device, in.Tag)
	if err != nil {
		return History{}, err
	}
	from, to, err := span(in.From, in.To, s.options.Now())
	if err != nil {
		return History{}, err
	}
	curve := thin.New(from.UnixNano(), to.UnixNano(), in.Points)
	trace := trace{curve: curve, silence: int64(silence(g.Scan))}
	if err := s.options.Node.History(ctx, in.Device, in.Tag, from, to, trace.add); err != nil {
		return History{}, huma.Error503ServiceUnavailable(fmt.Sprintf("read the history of %s.%s: %v", in.Device, in.Tag, err))
	}
	return History{
		Device: in.Device, Tag: in.Tag, Unit: t.Unit, From: from.UTC(), To: to.UTC(),
		Samples: curve.Taken() - trace.holes, Points: points(curve.Points()),
	}, nil
}

// trace hands samples to a curve, and a gap where none came for longer than
// the tag's schedule explains: the node was off, or its history was full.
type trace struct {
	curve   *thin.Curve
	silence int64 // ns
	last    int64 // time of the last sample, ns; 0: none yet
	holes   int
}

func (t *trace) add(s tag.Sample) bool {
	if t.last != 0 && s.Time-t.last > t.silence {
		t.curve.Add(t.last+1, tag.NullOf(tag.BadDataUnavailable))
		t.holes++
	}
	t.last = s.Time
	t.curve.Add(s.Time, s.Value)
	return true
}

// silence is how long a tag that is read so often may say nothing until that
// is shown as a gap.
func silence(scan time.Duration) time.Duration { return max(10*scan, 10*time.Second) }

func points(all []thin.Point) []Point {
	list := make([]Point, len(all))
	for i, p := range all {
		value := valueJSON(p.Value)
		if thin.IsGap(p.Value) {
			value = json.RawMessage("null")
		}
		list[i] = Point{Time: time.Unix(0, p.Time).UTC(), Value: value, Quality: p.Value.Quality().String()}
	}
	return list
}

// span reads the two ends of a stretch of time.
func span(from, to string, now time.Time) (begin, end time.Time, err error) {
	if begin, err = moment("from", from, now); err != nil {
		return begin, end, err
	}
	if end, err = moment("to", to, now); err != nil {
		return begin, end, err
	}
	if !begin.Before(end) {
		return begin, end, huma.Error422UnprocessableEntity("from is not before to")
	}
	return begin, end, nil
}

// earliest and latest are what nanoseconds since 1970 can say.
var (
	earliest = time.Unix(0, 0)
	latest   = time.Date(2262, 1, 1, 0, 0, 0, 0, time.UTC)
)

func moment(name, text string, now time.Time) (time.Time, error) {
	at, err := time.Parse(time.RFC3339Nano, text)
	if ago, err2 := time.ParseDuration(text); err != nil && err2 == nil && ago <= 0 {
		at, err = now.Add(ago), nil
	}
	if err == nil && (at.Before(earliest) || at.After(latest)) {
		err = fmt.Errorf("%s is out of the range of times", text)
	}
	if err != nil {
		return at, huma.Error422UnprocessableEntity(name+": want a time such as 2026-11-22T17:00:00Z, or how long ago such as -15m", err)
	}
	return at, nil
}
