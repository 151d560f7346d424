package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// evaluated is what a site answers to PromQL, as far as a table shows it.
type evaluated struct {
	Data struct {
		Type   string          `json:"resultType"`
		Result json.RawMessage `json:"result"`
	} `json:"data"`
}

// point is a time in seconds, and a value as text.
type point [2]json.RawMessage

// told is a series of a vector, with a value, or of a matrix, with many.
type told struct {
	Metric map[string]string `json:"metric"`
	Value  *point            `json:"value"`
	Values []point           `json:"values"`
}

func (e *evaluated) print(s *surroundings) error {
	var series []told
	if e.Data.Type == "scalar" || e.Data.Type == "string" {
		var p point
		if err := json.Unmarshal(e.Data.Result, &p); err != nil {
			return fmt.Errorf("read the answer: %w", err)
		}
		series = []told{{Value: &p}}
	} else if err := json.Unmarshal(e.Data.Result, &series); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	var rows [][]string
	for _, t := range series {
		if t.Value != nil {
			t.Values = append(t.Values, *t.Value)
		}
		for _, p := range t.Values {
			rows = append(rows, []string{t.name(), p.time(), plain(p[1])})
		}
	}
	return table(s.out, "SERIES TIME VALUE", rows)
}

// name is a series as PromQL writes it.
func (t told) name() string {
	var labels []string
	for _, l := range slices.Sorted(maps.Keys(t.Metric)) {
		if l != "__name__" {
			labels = append(labels, fmt.Sprintf("%s=%q", l, t.Metric[l]))
		}
	}
	return t.Metric["__name__"] + "{" + strings.Join(labels, ", ") + "}"
}

func (p point) time() string {
	var seconds float64
	if json.Unmarshal(p[0], &seconds) != nil {
		return string(p[0])
	}
	return time.UnixMilli(int64(seconds * 1000)).UTC().Format("2006-01-02 15:04:05.000")
}
