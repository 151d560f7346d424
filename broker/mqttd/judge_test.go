package mqttd_test

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/broker/mosquittotest"
	"github.com/holdfast-edge/holdfast/broker/mqttd"
)

// pipe publishes lines with one mosquitto_pub, each a message.
func pipe(t *testing.T, b *mqttd.Broker, lines []string, more ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "mosquitto_pub", append(append(mosquittotest.Account(port(b)), "-l"), more...)...)
	cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("mosquitto_pub: %v: %s", err, &out)
	}
}

func numbers(n int) []string {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprint(i)
	}
	return lines
}

// inOrder wants the payloads to be the numbers from first on.
func inOrder(t *testing.T, got []mosquittotest.Message, first int) {
	t.Helper()
	for i, m := range got {
		if n, err := strconv.Atoi(m.Payload); err != nil || n != first+i {
			t.Fatalf("message %d is %+v", i, m)
		}
	}
}

func TestMosquittosClientsTalkThroughTheBroker(t *testing.T) {
	for _, version := range []string{"31", "311", "5"} {
		for _, qos := range []string{"0", "1", "2"} {
			t.Run(version+" QoS "+qos, func(t *testing.T) {
				b := start(t)
				judge := mosquittotest.NewJudge(t, port(b), "plant/+/climate")
				pipe(t, b, numbers(500), "-t", "plant/boiler/climate", "-q", qos, "-V", version)
				got := judge.WaitFor(500)
				inOrder(t, got, 0)
				if got[0].Topic != "plant/boiler/climate" {
					t.Errorf("topic %q", got[0].Topic)
				}
			})
		}
	}
}

func TestASessionThatIsAwayMissesNothingAlsoBeyond8192Messages(t *testing.T) {
	const n = 20_000
	b := start(t, kept(file(t)))
	judge := mosquittotest.NewJudge(t, port(b), "plant/#")
	judge.Down()
	pipe(t, b, numbers(n), "-t", "plant/x", "-q", "1")
	judge.Up()
	inOrder(t, judge.WaitFor(n), 0)
}

func TestASessionSurvivesARestartWithAllThatWaitsForIt(t *testing.T) {
	const n = 10_000
	path := file(t)
	b := start(t, kept(path))
	judge := mosquittotest.NewJudge(t, port(b), "plant/#")
	judge.Down()
	pipe(t, b, numbers(n), "-t", "plant/x", "-q", "1")
	address := b.Addresses()[0].String()
	stop(t, b)
	b = start(t, kept(path), func(c *mqttd.Config) { c.Listeners[0].Address = address })
	if waiting := b.Stats().Waiting; waiting != n {
		t.Errorf("%d messages wait", waiting)
	}
	judge.Up()
	inOrder(t, judge.WaitFor(n), 0)
	eventually(t, "all acknowledged", func() bool { return b.Stats().Waiting == 0 })
}
