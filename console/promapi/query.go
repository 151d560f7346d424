package promapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
)

// instant evaluates an expression at one time.
func (a *API) instant(r *http.Request) (any, error) {
	at, err := timeParam(r, "time", a.options.Now())
	if err != nil {
		return nil, err
	}
	return a.run(r, func(ctx context.Context, o promql.QueryOpts, text string) (promql.Query, error) {
		return a.engine.NewInstantQuery(ctx, a.options.Source, o, text, at)
	})
}

// over evaluates an expression at the steps of a stretch of time.
func (a *API) over(r *http.Request) (any, error) {
	start, err := timeParam(r, "start", time.Time{})
	if err != nil {
		return nil, err
	}
	end, err := timeParam(r, "end", time.Time{})
	if err != nil {
		return nil, err
	}
	step, err := spanParam(r, "step")
	switch {
	case err != nil:
		return nil, err
	case start.IsZero() || end.IsZero():
		return nil, wrong(errors.New("want the parameters start and end"))
	case end.Before(start):
		return nil, wrong(errors.New("invalid parameter \"end\": it is before start"))
	case step < time.Millisecond:
		return nil, wrong(errors.New("invalid parameter \"step\": want at least a millisecond"))
	case end.Sub(start)/step > maxPoints:
		return nil, wrong(fmt.Errorf("exceeded maximum resolution of %d points per timeseries: widen step", maxPoints))
	}
	return a.run(r, func(ctx context.Context, o promql.QueryOpts, text string) (promql.Query, error) {
		return a.engine.NewRangeQuery(ctx, a.options.Source, o, text, start, end, step)
	})
}

// run evaluates a query when its turn has come.
func (a *API) run(r *http.Request, prepare func(context.Context, promql.QueryOpts, string) (promql.Query, error)) (any, error) {
	ctx, cancel, options, err := a.bounds(r)
	if err != nil {
		return nil, err
	}
	defer cancel()
	done, err := a.turn(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	text := r.FormValue("query")
	q, err := prepare(ctx, options, text)
	if err != nil {
		return nil, wrong(fmt.Errorf("invalid parameter \"query\": %w", err))
	}
	defer q.Close()
	result := q.Exec(ctx)
	if result.Err != nil {
		return nil, result.Err
	}
	warnings, infos := result.Warnings.AsStrings(text, 10, 10)
	return &evaluated{text: appendValue(nil, result.Value), warnings: warnings, infos: infos}, nil
}

// bounds reads the parameters that all queries have.
func (a *API) bounds(r *http.Request) (context.Context, context.CancelFunc, promql.QueryOpts, error) {
	options, ctx, cancel := promql.NewPrometheusQueryOpts(false, 0, nil), r.Context(), func() {}
	if r.FormValue("lookback_delta") != "" {
		delta, err := spanParam(r, "lookback_delta")
		if err != nil {
			return nil, nil, nil, err
		}
		options = promql.NewPrometheusQueryOpts(false, delta, nil)
	}
	if r.FormValue("timeout") != "" {
		timeout, err := spanParam(r, "timeout")
		if err != nil {
			return nil, nil, nil, err
		}
		ctx, cancel = context.WithTimeout(ctx, timeout)
	}
	return ctx, cancel, options, nil
}

// evaluated is the result of a query as JSON, with what the engine remarks.
type evaluated struct {
	text            []byte
	warnings, infos []string
}

var _ parser.Value = promql.Vector(nil)
