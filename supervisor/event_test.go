package supervisor

import (
	"errors"
	"testing"
	"time"
)

func TestEventsPrintThemselvesForAPerson(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	h := Head{Time: at, Path: "/a/b", Kind: "device"}
	failure := Failure{Head: h, Err: errors.New("x"), Cause: "x", Message: "endpoint.poll", Attempt: 2}
	soon, raised := failure, failure
	soon.Next = at.Add(1500 * time.Millisecond)
	raised.Escalated = true
	for want, e := range map[string]Event{
		"/a/b started":            Started{h},
		"/a/b restarted (3)":      Restarted{h, 3},
		"/a/b stopped":            Stopped{h, false},
		"/a/b stopped by command": Stopped{h, true},

		"/a/b failed on endpoint.poll (attempt 2): x; held until commanded": Failed{failure},
		"/a/b failed on endpoint.poll (attempt 2): x; next attempt in 1.5s": Failed{soon},
		"/a/b failed on endpoint.poll (attempt 2): x; escalated":            Failed{raised},

		"/a/b escalated to /a: x":                                 Escalated{h, "/a", "x"},
		"alarm at /a/b: x":                                        AlarmRaised{h, "x"},
		"alarm cleared at /a/b":                                   AlarmCleared{h},
		"/a/b: connecting -> polling":                             StateChanged{h, "connecting", "polling", ""},
		"/a/b: connecting -> polling (12 tags)":                   StateChanged{h, "connecting", "polling", "12 tags"},
		"/a/b rejected endpoint.poll (7 so far)":                  Rejected{h, "endpoint.poll", 7, false},
		"goroutine read of /a/b: panic: x":                        GoroutinePanicked{h, "read", "panic: x", "stack"},
		"/a/b panicked on *actor.Stopping while ending: panic: x": PanickedEnding{h, "*actor.Stopping", "panic: x", "stack"},
	} {
		if got := e.String(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if e.Header() != h {
			t.Errorf("%T is of %v", e, e.Header())
		}
	}
}
