package console_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/actors/write"
	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestListsShowWhatTheNodeHas(t *testing.T) {
	s := serve(t, newFake(), nil)
	for path, want := range map[string]string{
		"/api/v1/devices":        `"name":"boiler"`,
		"/api/v1/devices/boiler": `"scan_ns":100000000`,
		"/api/v1/streams":        `"name":"boiler.climate"`,
		"/api/v1/rules":          `"sql":"SELECT temperature FROM boiler"`,
		"/api/v1/sinks":          `"lag_age_ns":1000000000`,
		"/api/v1/broker":         `"denied":2`,
		"/api/v1/servers":        `"requests":12`,
		"/api/v1/tables":         `"trouble":"row 3 has no machine"`,
		"/api/v1/log/audit":      `"stream":"boiler.climate"`,
		"/api/v1/log":            `"boiler.climate: disk full":7`,
		"/api/v1/version":        `"site":"plant-7","version":"v1.2.3"`,
		"/api/v1/faults":         `[]`,
		"/api/v1/events":         `[]`,
		"/api/v1/session":        `{"user":"local","log_in":false}`,
	} {
		if status, text := s.do(http.MethodGet, path, ""); status != 200 || !strings.Contains(text, want) || !json.Valid([]byte(text)) {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
}

func TestATagTellsItsValueQualityTimeAndAge(t *testing.T) {
	node := newFake()
	s := serve(t, node, nil)
	node.set("temperature", tag.FloatOf(21.5), noon.Add(-2*time.Second))
	var r console.Reading
	s.get("/api/v1/devices/boiler/tags/temperature", &r)
	if string(r.Value) != "21.5" || r.Quality != "Good" || r.Unit != "°C" || r.Age != 2*time.Second || !r.Time.Equal(noon.Add(-2*time.Second)) {
		t.Errorf("got %+v", r)
	}
	node.set("temperature", tag.FloatOf(21.5).WithQuality(tag.BadTimeout), noon)
	s.get("/api/v1/devices/boiler/tags/temperature", &r)
	if string(r.Value) != "null" || string(r.Last) != "21.5" || r.Quality != "BadTimeout" {
		t.Errorf("a Bad one: %+v", r)
	}
	for _, path := range []string{"/api/v1/tags", "/api/v1/devices/boiler/tags"} {
		var all []console.Reading
		if s.get(path, &all); len(all) != 2 || all[1].Tag != "valve" || string(all[1].Value) != "3" {
			t.Errorf("%s: %+v", path, all)
		}
	}
}

func TestWhatIsNotThereIsSaidSo(t *testing.T) {
	s := serve(t, newFake(), nil)
	for _, path := range []string{
		"/api/v1/devices/oven", "/api/v1/devices/oven/tags", "/api/v1/devices/oven/tags/x", "/api/v1/devices/boiler/tags/x",
		"/api/v1/history?device=boiler&tag=x", "/api/v1/nothing", "/nothing.html",
	} {
		if status, text := s.do(http.MethodGet, path, ""); status != 404 {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
	if status, text := s.do(http.MethodPut, "/api/v1/devices/oven/tags/x", `{"value":1}`); status != 404 || !strings.Contains(text, `\"oven\"`) {
		t.Errorf("%d %s", status, text)
	}
}

func TestAWriteAnswersWithItsSteps(t *testing.T) {
	node := newFake()
	s := serve(t, node, nil)
	status, text := s.do(http.MethodPut, "/api/v1/devices/boiler/tags/valve", `{"value":42,"deadline":"2026-11-22T12:00:05Z"}`)
	var r console.Report
	if err := json.Unmarshal([]byte(text), &r); err != nil || status != 200 {
		t.Fatalf("%d %s", status, text)
	}
	if r.Outcome != "verified" || len(r.Steps) != 4 || r.Steps[3].Stage != "verified" || r.Steps[3].Time.Sub(r.Steps[0].Time) != 4500*time.Microsecond {
		t.Errorf("got %+v", r)
	}
	_, written := node.done()
	c := written[0]
	if v, _ := c.Value.Int(); v != 42 || c.By != "user local" || c.DryRun || !c.Deadline.Equal(noon.Add(5*time.Second)) {
		t.Errorf("asked for %+v", c)
	}
	if !strings.Contains(s.logs.String(), `by="user local" device=boiler tag=valve dry_run=false outcome=verified`) {
		t.Errorf("not logged: %s", s.logs)
	}
}

func TestAWriteThatDidNotArriveIsAProblemThatTellsHowFarItCame(t *testing.T) {
	for name, c := range map[string]struct {
		act    func(context.Context, write.Command) (write.Report, error)
		status int
		steps  string
	}{
		"refused here":   {ended(write.Refused), 409, "refused"},
		"refused there":  {ended(write.Refused, write.Accepted, write.Sent), 409, "accepted sent refused"},
		"never sent":     {ended(write.Failed, write.Accepted), 503, "accepted failed"},
		"never answered": {ended(write.Unknown, write.Accepted, write.Sent), 504, "accepted sent unknown"},
		"never reported on": {func(context.Context, write.Command) (write.Report, error) {
			return write.Report{}, errors.New("no report")
		}, 504, ""},
	} {
		t.Run(name, func(t *testing.T) {
			node := newFake()
			node.onWrite = c.act
			status, text := serve(t, node, nil).do(http.MethodPut, "/api/v1/devices/boiler/tags/valve", `{"value":1}`)
			var problem struct {
				Status int
				Detail string
				Report console.Report
			}
			if err := json.Unmarshal([]byte(text), &problem); err != nil {
				t.Fatal(err)
			}
			var steps []string
			for _, step := range problem.Report.Steps {
				steps = append(steps, step.Stage)
			}
			if status != c.status || problem.Status != c.status || problem.Detail == "" || strings.Join(steps, " ") != c.steps {
				t.Errorf("%d %s", status, text)
			}
		})
	}
}

func TestADryRunIsAccepted(t *testing.T) {
	node := newFake()
	node.onWrite = func(_ context.Context, c write.Command) (write.Report, error) {
		return write.Report{Command: c}.Reach(write.Accepted, noon), nil
	}
	status, text := serve(t, node, nil).do(http.MethodPut, "/api/v1/devices/boiler/tags/valve", `{"value":1,"dry_run":true}`)
	if _, written := node.done(); status != 200 || !strings.Contains(text, `"outcome":"accepted"`) || !written[0].DryRun {
		t.Errorf("%d %s", status, text)
	}
}

func TestValuesKeepTheirKind(t *testing.T) {
	node := newFake()
	s := serve(t, node, nil)
	for i, c := range []struct {
		json string
		want tag.Value
	}{
		{"9007199254740993", tag.IntOf(9007199254740993)},
		{"1.5", tag.FloatOf(1.5)},
		{"true", tag.BoolOf(true)},
		{`"text"`, tag.StringOf("text")},
		{"null", tag.NullOf(tag.Good)},
		{"[1,2]", tag.ArrayOf([]tag.Value{tag.IntOf(1), tag.IntOf(2)})},
	} {
		if status, text := s.do(http.MethodPut, "/api/v1/devices/boiler/tags/valve", `{"value":`+c.json+`}`); status != 200 {
			t.Fatalf("%s: %d %s", c.json, status, text)
		}
		if _, written := node.done(); !written[i].Value.Equal(c.want) {
			t.Errorf("%s became %v", c.json, written[i].Value)
		}
	}
}

func TestBodiesThatAreNotAskedForAreRefused(t *testing.T) {
	node := newFake()
	s := serve(t, node, nil)
	for name, c := range map[string]struct {
		body   string
		change func(*http.Request)
		status int
	}{
		"no value":         {body: `{}`, status: 422},
		"a misspelt field": {body: `{"value":1,"dryrun":true}`, status: 422},
		"no JSON":          {body: `{"value":`, status: 400},
		"no time":          {body: `{"value":1,"deadline":"soon"}`, status: 422},
		"too large":        {body: `{"value":"` + strings.Repeat("x", 100_000) + `"}`, status: 413},
		"a form": {body: `value=1`, status: 415, change: func(r *http.Request) {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}},
		"a text, as a page elsewhere could send": {body: `{"value":1}`, status: 415, change: func(r *http.Request) {
			r.Header.Set("Content-Type", "text/plain")
		}},
	} {
		var changes []func(*http.Request)
		if c.change != nil {
			changes = append(changes, c.change)
		}
		if status, text := s.do(http.MethodPut, "/api/v1/devices/boiler/tags/valve", c.body, changes...); status != c.status {
			t.Errorf("%s: %d %s", name, status, text)
		}
	}
	if _, written := node.done(); len(written) > 0 {
		t.Errorf("%d were written", len(written))
	}
}

func TestTheTreeShowsStatesAndFailures(t *testing.T) {
	node := newFake()
	node.tree.Children[1].Children[0].Children[0].LastFailure = &supervisor.Failure{
		Head: supervisor.Head{Time: noon}, Cause: "panic: boom", Stack: "goroutine 7", Message: "poll", Attempt: 3,
	}
	node.tree.Children[1].Children[0].Children[0].Phase = supervisor.BackingOff
	node.tree.Children[1].Children[0].Children[0].Next = noon.Add(time.Second)
	var tree console.ActorTree
	serve(t, node, nil).get("/api/v1/tree", &tree)
	session := tree.Children[1].Children[0].Children[0]
	if session.Phase != "backing off" || session.Failure == nil || session.Failure.Stack != "goroutine 7" || !session.Next.Equal(noon.Add(time.Second)) {
		t.Errorf("got %+v", session)
	}
}

func TestCommandsReachTheirActorAndAreLoggedWithWho(t *testing.T) {
	node := newFake()
	s := serve(t, node, nil)
	for _, verb := range []string{"restart", "stop", "start"} {
		status, text := s.do(http.MethodPost, "/api/v1/actors/"+verb, `{"path":"/endpoints/tcp:10.0.0.7:502"}`)
		if status != 200 || !strings.Contains(text, `"kind":"endpoint"`) {
			t.Errorf("%s: %d %s", verb, status, text)
		}
	}
	commands, _ := node.done()
	want := "restart /endpoints/tcp:10.0.0.7:502, stop /endpoints/tcp:10.0.0.7:502, start /endpoints/tcp:10.0.0.7:502"
	if got := strings.Join(commands, ", "); got != want {
		t.Errorf("got %s", got)
	}
	if !strings.Contains(s.logs.String(), `by="user local" verb=stop`) {
		t.Errorf("not logged: %s", s.logs)
	}
	if status, _ := s.do(http.MethodPost, "/api/v1/actors/destroy", `{"path":"/core"}`); status != 422 {
		t.Errorf("another verb: %d", status)
	}
}

func TestACommandThatFailsSaysWhy(t *testing.T) {
	node := newFake()
	s := serve(t, node, nil)
	for err, want := range map[error]int{
		supervisor.ErrUnknown: 404, supervisor.ErrNotStopped: 409, supervisor.ErrParentDown: 409, supervisor.ErrRoot: 409,
		supervisor.ErrSuperseded: 409, supervisor.ErrStopped: 409, context.DeadlineExceeded: 504, errors.New("boom"): 503,
	} {
		node.change(func(f *fake) {
			f.onVerb = func(context.Context, console.Verb, string) error { return fmt.Errorf("restart /x: %w", err) }
		})
		if status, text := s.do(http.MethodPost, "/api/v1/actors/restart", `{"path":"/x"}`); status != want || !strings.Contains(text, err.Error()) {
			t.Errorf("%v: %d %s", err, status, text)
		}
	}
}

func TestTheConsoleDoesNotStopItself(t *testing.T) {
	node := newFake()
	s := serve(t, node, nil)
	for _, path := range []string{"/", "/core", "/core/console"} {
		if status, _ := s.do(http.MethodPost, "/api/v1/actors/stop", `{"path":"`+path+`"}`); status != 409 {
			t.Errorf("stop %s: %d", path, status)
		}
	}
	if commands, _ := node.done(); len(commands) > 0 {
		t.Errorf("got %v", commands)
	}
}

func TestFaultsAreTurned(t *testing.T) {
	node := newFake()
	node.faults = []console.Fault{{Name: "dead-unit", Doc: "The dryer gives no answer."}}
	s := serve(t, node, nil)
	if status, text := s.do(http.MethodPut, "/api/v1/faults/dead-unit", `{"on":true}`); status != 200 || !strings.Contains(text, `"on":true`) {
		t.Errorf("%d %s", status, text)
	}
	if status, _ := s.do(http.MethodPut, "/api/v1/faults/other", `{"on":true}`); status != 404 {
		t.Errorf("an unknown fault: %d", status)
	}
	if !strings.Contains(s.logs.String(), `msg=fault by="user local" name=dead-unit on=true`) {
		t.Errorf("not logged: %s", s.logs)
	}
}

func TestEventsComeAfterANumberAndCanBeWaitedFor(t *testing.T) {
	node := newFake()
	s := serve(t, node, nil)
	for i := range 5 {
		node.happen("state", "/x", fmt.Sprint("event ", i+1))
	}
	var events []console.Event
	if s.get("/api/v1/events?after=3", &events); len(events) != 2 || events[0].Number != 4 {
		t.Errorf("got %+v", events)
	}
	if s.get("/api/v1/events?limit=2", &events); len(events) != 2 || events[0].Number != 1 {
		t.Errorf("got %+v", events)
	}
	waited := make(chan string, 1)
	go func() {
		r, err := s.client.Get(s.URL() + "/api/v1/events?after=5&wait=60")
		if err != nil {
			waited <- err.Error()
			return
		}
		defer r.Body.Close()
		var got []console.Event
		_ = json.NewDecoder(r.Body).Decode(&got)
		waited <- fmt.Sprint(len(got))
	}()
	node.happen("state", "/x", "event 6")
	if got := <-waited; got != "1" {
		t.Errorf("waited for %s", got)
	}
}

func TestHealthIsOfTheCoreAndReadinessOfTheNode(t *testing.T) {
	node := newFake()
	s := serve(t, node, nil)
	for _, path := range []string{"/healthz", "/readyz"} {
		if status, text := s.do(http.MethodGet, path, ""); status != 200 || !strings.Contains(text, `"status":"ok"`) {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
	node.change(func(f *fake) { f.trouble = []string{"the log cannot be written: disk full"} })
	if status, text := s.do(http.MethodGet, "/readyz", ""); status != 503 || !strings.Contains(text, "disk full") {
		t.Errorf("not ready: %d %s", status, text)
	}
	if status, _ := s.do(http.MethodGet, "/healthz", ""); status != 200 {
		t.Errorf("a full disk is no reason to be restarted: %d", status)
	}
	node.change(func(f *fake) { f.tree.Children[0].Phase, f.tree.Children[0].State = supervisor.Held, "failed" })
	if status, text := s.do(http.MethodGet, "/healthz", ""); status != 503 || !strings.Contains(text, "/core is failed") {
		t.Errorf("a dead core: %d %s", status, text)
	}
}
