package promapi

import (
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"slices"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
)

// series lists the label sets that match.
func (a *API) series(r *http.Request) (any, error) {
	selectors, err := a.matchersParam(r)
	if err == nil && len(selectors) == 0 {
		err = wrong(errors.New("want a parameter match[]"))
	}
	if err != nil {
		return nil, err
	}
	limit, err := limitParam(r)
	if err != nil {
		return nil, err
	}
	found, seen := []map[string]string{}, map[string]bool{}
	err = a.query(r, func(q storage.Querier) error {
		for _, matchers := range selectors {
			set := q.Select(r.Context(), true, nil, matchers...)
			for set.Next() {
				l := set.At().Labels()
				if key := l.String(); !seen[key] && (limit == 0 || len(found) < limit) {
					seen[key] = true
					found = append(found, l.Map())
				}
			}
			if err := set.Err(); err != nil {
				return err
			}
		}
		return nil
	})
	return found, err
}

// query opens a querier for the stretch of time that a request names.
func (a *API) query(r *http.Request, use func(storage.Querier) error) error {
	from, to, err := stretchParam(r)
	if err != nil {
		return err
	}
	q, err := a.options.Source.Querier(from, to)
	if err != nil {
		return err
	}
	return errors.Join(use(q), q.Close())
}

// labelNames lists the names of the labels.
func (a *API) labelNames(r *http.Request) (any, error) {
	return a.texts(r, func(q storage.Querier, h *storage.LabelHints, m []*labels.Matcher) ([]string, error) {
		names, _, err := q.LabelNames(r.Context(), h, m...)
		return names, err
	})
}

// labelValues lists the values of a label.
func (a *API) labelValues(r *http.Request) (any, error) {
	name := r.PathValue("name")
	if name == "" {
		return nil, wrong(fmt.Errorf("invalid label name %q", name))
	}
	return a.texts(r, func(q storage.Querier, h *storage.LabelHints, m []*labels.Matcher) ([]string, error) {
		values, _, err := q.LabelValues(r.Context(), name, h, m...)
		return values, err
	})
}

// texts joins what is found for each selector, or for none.
func (a *API) texts(r *http.Request, of func(storage.Querier, *storage.LabelHints, []*labels.Matcher) ([]string, error)) (any, error) {
	selectors, err := a.matchersParam(r)
	if err != nil {
		return nil, err
	}
	limit, err := limitParam(r)
	if err != nil {
		return nil, err
	}
	if len(selectors) == 0 {
		selectors = [][]*labels.Matcher{nil}
	}
	found := []string{}
	err = a.query(r, func(q storage.Querier) error {
		for _, matchers := range selectors {
			some, err := of(q, nil, matchers)
			if err != nil {
				return err
			}
			found = append(found, some...)
		}
		return nil
	})
	slices.Sort(found)
	found = slices.Compact(found)
	if limit > 0 && len(found) > limit {
		found = found[:limit]
	}
	return found, err
}

// metadata says what metrics are.
func (a *API) metadata(r *http.Request) (any, error) {
	limit, err := limitParam(r)
	if err != nil {
		return nil, err
	}
	wanted, found := r.FormValue("metric"), map[string][]Metadata{}
	for name, m := range a.options.Metadata() {
		if (wanted == "" || wanted == name) && (limit == 0 || len(found) < limit) {
			found[name] = []Metadata{m}
		}
	}
	return found, nil
}

// buildInfo says what answers: of a Prometheus of this version Grafana expects
// what this API has.
func (a *API) buildInfo(*http.Request) (any, error) {
	return map[string]string{
		"version": "2.53.0", "revision": "holdfast " + a.options.Version(), "branch": "HEAD",
		"buildUser": "", "buildDate": "", "goVersion": runtime.Version(),
	}, nil
}
