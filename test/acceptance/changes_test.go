package acceptance

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// holdfast runs a command of the program against the node.
func (e *edge) holdfast(args ...string) (code int, said string) {
	e.t.Helper()
	cmd := exec.Command(program(e.t), args...)
	cmd.Env = append(os.Environ(), "HOLDFAST_URL="+e.url)
	out, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), string(out)
	}
	if err != nil {
		e.t.Fatal(err)
	}
	return 0, string(out)
}

// apply sends a configuration and wants it to end with an exit code.
func (e *edge) apply(text string, code int, args ...string) (said string) {
	e.t.Helper()
	got, said := e.holdfast(append([]string{"apply", "-f", site(e.t, text)}, args...)...)
	if got != code {
		e.t.Fatalf("apply ended with %d, want %d\n%s\n%s", got, code, said, e.logs)
	}
	return said
}

// changing is a node with two devices and a console that stays where it is.
type changing struct {
	ailing
	text, data string
}

func startChanging(t *testing.T) *changing {
	t.Helper()
	f := startFaulty(t)
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free := port.Addr().String()
	if err := port.Close(); err != nil {
		t.Fatal(err)
	}
	var d struct{ Endpoint string }
	if err := f.get("/api/v1/devices/neighbour", &d); err != nil {
		t.Fatal(err)
	}
	text := twoEndpoints(f.line.Address(), strings.TrimPrefix(d.Endpoint, "tcp://"))
	c := &changing{ailing: f, text: strings.Replace(text, "127.0.0.1:0", free, 1), data: t.TempDir()}
	f.stop()
	c.start()
	return c
}

// start starts the node with the file that it was first started with.
func (c *changing) start() {
	c.t.Helper()
	c.edge = start(c.t, nil, "edge", "-c", site(c.t, c.text), "--data", c.data)
	c.awaitState("boiler", "polling")
	c.awaitState("neighbour", "polling")
}

// with is the configuration with one edit.
func (c *changing) with(from, to string) string {
	c.t.Helper()
	if !strings.Contains(c.text, from) {
		c.t.Fatalf("%q is not in\n%s", from, c.text)
	}
	return strings.Replace(c.text, from, to, 1)
}

func TestAGoodChangeIsConfirmedAndTouchesNothingElse(t *testing.T) {
	c := startChanging(t)
	before, err := c.device("neighbour")
	if err != nil {
		t.Fatal(err)
	}
	text := c.with("name: temperature, address", "name: heat, address") + "rules: [{name: warm, sql: \"SELECT heat FROM boiler\"}]\n"
	said := c.apply(text, 0, "--window", "1s")
	if !strings.Contains(said, "changed  devices/boiler (groups)") || !strings.Contains(said, "confirmed") {
		t.Errorf("said\n%s", said)
	}
	c.awaitQuality("boiler", "heat", "Good")
	after, err := c.device("neighbour")
	if err != nil {
		t.Fatal(err)
	}
	if after.Scans <= before.Scans || after.Faults > before.Faults {
		t.Errorf("the neighbour: %+v, and before %+v", after, before)
	}
	if _, said := c.holdfast("get", "tree"); strings.Contains(said, "restarted") {
		t.Errorf("something restarted\n%s", said)
	}
}

func TestABadChangeIsRevertedByTheNodeItself(t *testing.T) {
	c := startChanging(t)
	bad := strings.ReplaceAll(c.text, "holding:0", "holding:60000") // it parses, and there is no such register
	said := c.apply(bad, 3, "--window", "2s")
	if !strings.Contains(said, "2 of 2 tags are Bad") || !strings.Contains(said, "reverted") {
		t.Errorf("said\n%s", said)
	}
	c.awaitQuality("boiler", "temperature", "Good")
	c.awaitQuality("neighbour", "temperature", "Good")
	if _, said := c.holdfast("changes"); !strings.Contains(said, "reverted") {
		t.Errorf("changes says\n%s", said)
	}
	c.apply(c.with("driver: modbus", "driver: modbuss"), 2)
}

func TestANodeThatIsKilledWhileAChangeIsOnTrialRunsWhatRanBefore(t *testing.T) {
	c := startChanging(t)
	c.apply(c.with("name: temperature, address", "name: heat, address"), 0, "--window", "1h", "--no-wait")
	c.awaitQuality("boiler", "heat", "Good")
	c.kill()
	c.start()
	c.awaitQuality("boiler", "temperature", "Good")
	_, said := c.holdfast("changes")
	if !strings.Contains(said, "the node ended while the change was trying") {
		t.Errorf("changes says\n%s", said)
	}
}

func TestAConfirmedChangeOutlivesThePowerAndTheFileItWasStartedWith(t *testing.T) {
	c := startChanging(t)
	c.apply(c.with("name: temperature, address", "name: heat, address"), 0, "--window", "0s")
	c.kill()
	c.start() // with the old file, which says nothing new
	c.awaitQuality("boiler", "heat", "Good")
	c.kill()
	c.text = c.with("name: temperature, address", "name: warmth, address") // this one does
	c.start()
	c.awaitQuality("boiler", "warmth", "Good")
}

func TestAChangeOfTheLogStartsTheNodeAnewInItsProcess(t *testing.T) {
	c := startChanging(t)
	pid := c.cmd.Process.Pid
	said := c.apply(c.text+"log: {commit_interval: 2s}\n", 0, "--window", "1s")
	for _, want := range []string{"the node starts anew", "trying", "confirmed"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is missing in\n%s", want, said)
		}
	}
	c.awaitQuality("boiler", "temperature", "Good")
	if c.cmd.Process.Pid != pid || c.cmd.ProcessState != nil {
		t.Error("the process ended")
	}
}

func TestTheInterlockOfThePlantHoldsAChange(t *testing.T) {
	c := startChanging(t)
	c.apply(c.text+"changes: {interlock: \"boiler.temperature > 1000 AND neighbour.temperature IS NOT NULL\", window: 0s}\n", 0, "--window", "0s")
	c.apply(c.with("name: temperature, address", "name: heat, address"), 0, "--no-wait")
	until(t, "the change to be held", func() error {
		if _, said := c.holdfast("changes"); !strings.Contains(said, "boiler.temperature > 1000") || !strings.Contains(said, "holding") {
			return fmt.Errorf("changes says\n%s", said)
		}
		return nil
	})
	c.plant.set(0, 10001) // × 0.1
	c.awaitQuality("boiler", "heat", "Good")
	if said := c.apply(c.text+"changes: {interlock: \"boiler.temprature > 1000\"}\n", 2); !strings.Contains(said, `did you mean "temperature"`) {
		t.Errorf("a tag that there is not: %s", said)
	}
}
