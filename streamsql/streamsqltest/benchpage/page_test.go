package main

import (
	"strings"
	"testing"
)

const printed = `goos: linux
cpu: Some Processor
BenchmarkFilterAndProject-2       	   17190	        40.13 cpu-ns/row	         1.524 x-by-hand	   16057 B/op	       5 allocs/op
BenchmarkFilterAndProject-2       	   17190	        33.13 cpu-ns/row	         1.724 x-by-hand	   16057 B/op	       5 allocs/op
BenchmarkRules300-2               	      42	  15416057 ns/op	        30.97 Meval/cpu-s
BenchmarkRules300-2               	      42	  15416057 ns/op	        31.97 Meval/cpu-s
BenchmarkRules10000-2             	    2314	    333096 ns/op	     78809 Meval/cpu-s
BenchmarkIdle100000-2             	       1	1 ns/op	      5000 heap-B/rule	   900 process-MB
PASS
`

func TestTheBestOfSeveralRunsCounts(t *testing.T) {
	r := read([]byte(printed))
	if r.processor != "Some Processor" || r.of("FilterAndProject", "cpu-ns/row") != 33.13 || r.of("Rules300", "Meval/cpu-s") != 31.97 {
		t.Errorf("%+v", r)
	}
}

func TestThePageHasEveryBenchmark(t *testing.T) {
	text := page(read([]byte(printed)), machine{date: "2026-01-31", cores: 2, runs: 3})
	for _, want := range []string{
		"| filter and project two of four columns | 33 | ≤ 60 | 1.5 × | 5 for 1,000 rows |",
		"a quarter of the rows is given by each | 32.0 million |",
		"a row meets one in a hundred | 78,809 million |",
		"An idle rule takes 5.0 KB (goal: 20 KB); 100,000 of them, half with a filter and half with a window, compiled each by\nitself and put into one group, 500 MB, in a process of 900 MB",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page has no %q:\n%s", want, text)
		}
	}
}
