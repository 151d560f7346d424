package main

import (
	"math"
	"strconv"
	"strings"
)

// results are the best figures of each benchmark, by its name and their unit.
type results struct {
	processor string
	byName    map[string]map[string]float64
}

// read reads what go test prints: lines of a name, the number of iterations and
// pairs of a figure and its unit.
func read(output []byte) results {
	r := results{byName: make(map[string]map[string]float64)}
	for line := range strings.Lines(string(output)) {
		if name, ok := strings.CutPrefix(line, "cpu: "); ok {
			r.processor = strings.TrimSpace(name)
		}
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(fields[0], "Benchmark"), "-")
		for i := 2; i+1 < len(fields); i += 2 {
			if value, err := strconv.ParseFloat(fields[i], 64); err == nil {
				r.take(name, fields[i+1], value)
			}
		}
	}
	return r
}

// take keeps the better of two figures: the greater where it counts what is done
// in a time, and the smaller otherwise.
func (r results) take(name, unit string, value float64) {
	figures := r.byName[name]
	if figures == nil {
		figures = make(map[string]float64)
		r.byName[name] = figures
	}
	best, known := figures[unit]
	switch {
	case !known:
		figures[unit] = value
	case strings.HasPrefix(unit, "Meval"):
		figures[unit] = math.Max(best, value)
	default:
		figures[unit] = math.Min(best, value)
	}
}

// of returns a figure, not a number where there is none.
func (r results) of(name, unit string) float64 {
	value, ok := r.byName[name][unit]
	if !ok {
		return math.NaN()
	}
	return value
}
