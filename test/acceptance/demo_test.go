package acceptance

import (
	"errors"
	"fmt"
	"testing"
)

func TestTheDemoBreaksAndHealsAtTheTurnOfASwitch(t *testing.T) {
	e := start(t, nil, "demo", "--console", "127.0.0.1:0")
	for _, name := range []string{"boiler", "dryer", "press", "bay"} {
		e.awaitState(name, "polling")
	}
	for fault, device := range map[string]string{"dead-unit": "dryer", "garbage": "press", "half-open": "boiler", "bay-silent": "bay"} {
		e.fault(fault, true)
		e.awaitQuality(device, quantity(device), "Bad")
		e.fault(fault, false)
		e.awaitQuality(device, quantity(device), "Good")
		e.awaitState(device, "polling")
	}
	e.fault("uplink-down", true)
	e.awaitLag("line", 20)
	e.fault("uplink-down", false)
	until(t, "the sink to have caught up", func() error {
		s, err := e.sink("line")
		if err == nil && (s.Lag > 10 || s.Acked < 20) {
			err = fmt.Errorf("%d wait", s.Lag)
		}
		return err
	})
	until(t, "the rule to write the valve", func() error {
		d, err := e.device("boiler")
		if err == nil && d.Writes == 0 {
			err = errors.New("no write yet")
		}
		return err
	})
	e.stop()
}

func quantity(device string) string {
	switch device {
	case "press":
		return "force"
	case "bay":
		return "current"
	default:
		return "temperature"
	}
}

func (e *edge) fault(name string, on bool) {
	e.t.Helper()
	if status, answer := e.put("/api/v1/faults/"+name, map[string]any{"on": on}); status/100 != 2 {
		e.t.Fatalf("fault %s: %d %s", name, status, answer)
	}
}
