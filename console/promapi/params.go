package promapi

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
)

// timeParam reads a time: seconds since 1970, or RFC 3339. Absent, it is
// standard.
func timeParam(r *http.Request, name string, standard time.Time) (time.Time, error) {
	text := r.FormValue(name)
	if text == "" {
		return standard, nil
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil && math.Abs(f) < 1e12 {
		whole, part := math.Modf(f)
		return time.Unix(int64(whole), int64(math.Round(part*1000)*1e6)).UTC(), nil
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return t, wrong(fmt.Errorf("invalid parameter %q: %q is no time: want seconds or RFC 3339", name, text))
	}
	return t, nil
}

// spanParam reads a span of time: seconds, or Prometheus' form such as 5m.
func spanParam(r *http.Request, name string) (time.Duration, error) {
	text := r.FormValue(name)
	if f, err := strconv.ParseFloat(text, 64); err == nil && math.Abs(f) < 1e9 {
		return time.Duration(f * float64(time.Second)), nil
	}
	d, err := model.ParseDuration(text)
	if err != nil {
		return 0, wrong(fmt.Errorf("invalid parameter %q: %q is no duration: want seconds, or such as 5m", name, text))
	}
	return time.Duration(d), nil
}

// limitParam reads how many results there may be; 0 is any number.
func limitParam(r *http.Request) (int, error) {
	text := r.FormValue("limit")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, wrong(fmt.Errorf("invalid parameter \"limit\": %q is no number from 0 on", text))
	}
	return n, nil
}

// matchersParam reads the selectors of match[].
func (a *API) matchersParam(r *http.Request) ([][]*labels.Matcher, error) {
	if err := r.ParseForm(); err != nil {
		return nil, wrong(err)
	}
	var all [][]*labels.Matcher
	for _, text := range r.Form["match[]"] {
		matchers, err := a.parser.ParseMetricSelector(text)
		if err != nil {
			return nil, wrong(fmt.Errorf("invalid parameter \"match[]\": %w", err))
		}
		all = append(all, matchers)
	}
	return all, nil
}

// stretchParam reads start and end, which may be absent.
func stretchParam(r *http.Request) (from, to int64, err error) {
	start, err := timeParam(r, "start", time.UnixMilli(math.MinInt32*1000))
	if err != nil {
		return 0, 0, err
	}
	end, err := timeParam(r, "end", time.UnixMilli(math.MaxInt32*1000))
	return start.UnixMilli(), end.UnixMilli(), err
}
