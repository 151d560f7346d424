package console_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/console"
)

func TestAQueryIsTriedWithinBounds(t *testing.T) {
	node := newFake()
	s := serve(t, node, nil)
	status, answer := s.do(http.MethodPost, "/api/v1/sql/try", `{"sql":"SELECT t FROM boiler","rows":[{"t":31}],"seconds":5,"event_time":true}`)
	if status != http.StatusOK || !strings.Contains(answer, `"row":{"t":31}`) || !strings.Contains(answer, `"error":"no number"`) {
		t.Errorf("%d %s", status, answer)
	}
	want := console.Trial{Question: console.Question{EventTime: true}, Limit: 100, During: 5 * time.Second}
	if got := node.tried[0]; got.Limit != want.Limit || got.During != want.During || !got.EventTime || string(got.Rows[""]) != `[{"t":31}]` {
		t.Errorf("tried is %+v", got)
	}
	for body, want := range map[string]int{
		`{"sql":"nonsense"}`:                             http.StatusUnprocessableEntity,
		`{"sql":"SELECT t FROM boiler","seconds":3600}`:  http.StatusUnprocessableEntity,
		`{"sql":"SELECT t FROM boiler","rows":7}`:        http.StatusUnprocessableEntity,
		`{"sql":"SELECT t FROM boiler","rows":{"a":[]}}`: http.StatusOK,
	} {
		if status, answer := s.do(http.MethodPost, "/api/v1/sql/try", body); status != want {
			t.Errorf("%s: %d %s", body, status, answer)
		}
	}
	status, answer = s.do(http.MethodPost, "/api/v1/sql/explain", `{"sql":"nonsense"}`)
	if status != http.StatusUnprocessableEntity || !strings.Contains(answer, `"line":1`) || !strings.Contains(answer, "want SELECT") {
		t.Errorf("%d %s", status, answer)
	}
}

func TestARuleIsExplained(t *testing.T) {
	node := newFake()
	s := serve(t, node, nil)
	var plan console.Plan
	s.get("/api/v1/rules/"+node.rules[0].Name+"/explain", &plan)
	if plan.Plan != "read "+node.rules[0].SQL {
		t.Errorf("got %+v", plan)
	}
	if status, _ := s.do(http.MethodGet, "/api/v1/rules/none/explain", ""); status != http.StatusNotFound {
		t.Errorf("a rule that there is not: %d", status)
	}
}
