package console

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holdfast-edge/holdfast/internal/openapi"
	"github.com/holdfast-edge/holdfast/streamsql"
)

// Where queries that are no rules are explained and tried.
const (
	explainPath = "/api/v1/sql/explain"
	tryPath     = "/api/v1/sql/try"
)

// EKuiper is the other language that rules are written in.
const EKuiper = "ekuiper"

// Question is a query that is no rule.
type Question struct {
	SQL     string `json:"sql" minLength:"1" maxLength:"65536" example:"SELECT temperature FROM boiler WHERE temperature > 30"`
	Dialect string `json:"dialect,omitempty" enum:"standard,ekuiper" default:"standard"`

	EventTime bool `json:"event_time,omitempty" doc:"Windows go by the rows' own times."`
}

// Plan is how a query is carried out.
type Plan struct {
	Plan      string   `json:"plan" doc:"A step a line."`
	Reads     []string `json:"reads" doc:"Streams, devices, rules and tables."`
	Functions []string `json:"functions,omitempty" doc:"User functions that it calls."`

	Tables []PlanTable `json:"tables,omitempty" doc:"That it asks."`
}

// PlanTable is a table that a query asks, and by what.
type PlanTable struct {
	Name   string   `json:"name"`
	Of     string   `json:"of" enum:"file,newest,append"`
	Source string   `json:"source" doc:"The file, or the device, group, stream or rule that fills it."`
	By     []string `json:"by,omitempty" doc:"The columns that it is asked by, each with what it equals; not there where it is asked for all of its rows."`
}

// Function is a user function.
type Function struct {
	Name      string   `json:"name"`
	Signature string   `json:"signature"`
	Doc       string   `json:"doc,omitempty"`
	Module    string   `json:"module"`
	SHA256    string   `json:"sha256" doc:"Of the file as it was given."`
	Rules     []string `json:"rules" doc:"That call it."`
	Fuel      int      `json:"fuel" doc:"Instructions that a call may take."`
	Calls     uint64   `json:"calls" doc:"Since the module was loaded."`
	Failures  uint64   `json:"failures" doc:"Calls that gave an error: its own, a trap, or that it took more than it may."`
	FuelUsed  uint64   `json:"fuel_used" doc:"Instructions of all calls."`
	MeanFuel  float64  `json:"mean_fuel" doc:"Instructions of a call, on average."`
	MaxFuel   uint64   `json:"max_fuel" doc:"Instructions of the call that took the most."`
}

// Trial is a query to be tried.
type Trial struct {
	Question
	Rows     map[string]json.RawMessage // by source, "" for the only one; none: live rows
	Time     string                     // the field of Rows with a row's time; empty: one comes each second
	Limit    int                        // rows of output
	During   time.Duration              // of live rows
	Lateness time.Duration
}

// Tried is what a trial showed.
type Tried struct {
	Plan     string      `json:"plan"`
	Rows     []TriedRow  `json:"rows"`
	Failures []FailedRow `json:"failures"`
	RowsIn   uint64      `json:"rows_in"`
	RowsOut  uint64      `json:"rows_out"`
	Failed   uint64      `json:"failed"`
	Late     uint64      `json:"late"`
	Ended    string      `json:"ended" doc:"Why it ended: input, output, taken or time."`
	Absent   []string    `json:"absent,omitempty" doc:"Columns that it reads and no pasted row has."`
	Unread   []string    `json:"unread,omitempty" doc:"Columns of live messages that no rule reads, so that they are not decoded and the trial has not seen them."`
}

// TriedRow is a row that a trial gave.
type TriedRow struct {
	At   time.Time       `json:"at" doc:"When it was given."`
	Time time.Time       `json:"time" doc:"Its source time."`
	Row  json.RawMessage `json:"row"`
}

// FailedRow is a row that failed, and why.
type FailedRow struct {
	At    time.Time       `json:"at"`
	Error string          `json:"error"`
	Row   json.RawMessage `json:"row,omitempty"`
}

// Bounds of a trial over the API.
const (
	longestTrial  = time.Minute
	largestTrial  = 1000
	triedAtOnce   = 2
	trialBodySize = 4 << 20
)

// tryInput is a trial as the API takes it.
type tryInput struct {
	request
	Body struct {
		Question
		Rows       json.RawMessage `json:"rows,omitempty" doc:"Rows to run it over: an array of objects, or where it reads several sources an object of arrays by their names. Not given, it runs over live rows."`
		Time       string          `json:"time,omitempty" maxLength:"256" doc:"The field of rows that holds a row's time, in milliseconds since 1970 or as RFC 3339 writes it. Not given, a row comes each second."`
		Limit      int             `json:"limit,omitempty" minimum:"1" maximum:"1000" default:"100" doc:"At most so many rows."`
		Seconds    int             `json:"seconds,omitempty" minimum:"1" maximum:"60" default:"10" doc:"At most so long, over live rows."`
		LatenessMS int             `json:"lateness_ms,omitempty" minimum:"0" maximum:"86400000"`
	}
}

func (s *Server) describeSQL(api huma.API) {
	list(api, "functions", "The user functions that queries can call", func() []Function { return s.options.Node.Functions() })
	o := operation(http.MethodPost, explainPath, "explain", "rules", "Show how a query would be carried out")
	o.Errors = []int{http.StatusUnprocessableEntity}
	openapi.Register(api, o, func(_ context.Context, in *struct{ Body Question }) (*body[Plan], error) {
		plan, err := s.options.Node.Explain(in.Body)
		return &body[Plan]{plan}, sqlError(err)
	})
	o = operation(http.MethodGet, "/api/v1/rules/{name}/explain", "explain-rule", "rules", "Show how a rule is carried out")
	o.Errors = []int{http.StatusNotFound}
	openapi.Register(api, o, func(_ context.Context, in *struct {
		Name string `path:"name"`
	},
	) (*body[Plan], error) {
		plan, ok := s.options.Node.ExplainRule(in.Name)
		if !ok {
			return nil, huma.Error404NotFound("no rule is called " + in.Name)
		}
		return &body[Plan]{plan}, nil
	})
	o = operation(http.MethodPost, tryPath, "try", "rules", "Try a query over pasted or live rows")
	o.Description = "Nothing is deployed, published or written to a device. It ends at its limit of rows, with its input, or when its time is up."
	o.MaxBodyBytes = trialBodySize
	o.Errors = []int{http.StatusUnprocessableEntity, http.StatusTooManyRequests}
	openapi.Register(api, o, s.try)
}

// try runs a trial, a few at a time.
func (s *Server) try(ctx context.Context, in *tryInput) (*body[Tried], error) {
	rows, err := PastedRows(in.Body.Rows)
	if err != nil {
		return nil, huma.Error422UnprocessableEntity(err.Error())
	}
	select {
	case s.trials <- struct{}{}:
		defer func() { <-s.trials }()
	default:
		return nil, huma.Error429TooManyRequests("two trials are running: try again when one of them has ended")
	}
	patient(in.reply)
	t := Trial{
		Question: in.Body.Question, Rows: rows, Time: in.Body.Time, Limit: min(in.Body.Limit, largestTrial),
		During:   min(time.Duration(in.Body.Seconds)*time.Second, longestTrial),
		Lateness: time.Duration(in.Body.LatenessMS) * time.Millisecond,
	}
	tried, err := s.options.Node.Try(ctx, t)
	if err != nil {
		return nil, sqlError(err)
	}
	return &body[Tried]{tried}, nil
}

// PastedRows reads rows of one source, under "", or of several by name.
func PastedRows(text json.RawMessage) (map[string]json.RawMessage, error) {
	switch {
	case len(text) == 0:
		return nil, nil
	case text[0] == '[':
		return map[string]json.RawMessage{"": text}, nil
	}
	var rows map[string]json.RawMessage
	if err := json.Unmarshal(text, &rows); err != nil {
		return nil, errors.New("rows: want an array of objects, or an object of arrays by the names of the sources")
	}
	return rows, nil
}

// sqlError answers what is wrong with a query, with its place.
func sqlError(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*streamsql.Error](err); ok {
		return &queryProblem{
			ErrorModel: huma.ErrorModel{Title: "The query is wrong", Status: http.StatusUnprocessableEntity, Detail: e.Error()},
			Line:       e.Line, Column: e.Column,
		}
	}
	return huma.Error422UnprocessableEntity(err.Error())
}
