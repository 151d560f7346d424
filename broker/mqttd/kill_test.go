package mqttd_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/holdfast-edge/holdfast/broker/mosquittotest"
	"github.com/holdfast-edge/holdfast/broker/mqttd"
)

// asChild makes this test program be a broker that is going to be killed.
const asChild = "MQTTD_TEST_CHILD"

func TestABrokerToBeKilled(t *testing.T) {
	path := os.Getenv(asChild)
	if path == "" {
		t.Skip("runs as a child of another test")
	}
	b := start(t, kept(path), func(c *mqttd.Config) { c.Live = mqttd.Limits{Messages: 10_000_000, Bytes: 1 << 30} })
	fmt.Fprintf(os.Stdout, "port %s\n", port(b))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	<-ctx.Done()
}

// child starts a broker in a process of its own.
func child(t testing.TB, path string) (process *exec.Cmd, port string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	process = exec.CommandContext(context.Background(), self, "-test.run", "^TestABrokerToBeKilled$", "-test.v")
	process.Env = append(os.Environ(), asChild+"="+path)
	out, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = process.Process.Kill(); _ = process.Wait() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, found := strings.CutPrefix(lines.Text(), "port "); found {
			return process, strings.Fields(lines.Text())[1]
		}
	}
	t.Fatal("the child does not listen")
	return nil, ""
}

func TestWhatWasAcknowledgedSurvivesAKill(t *testing.T) {
	if os.Getenv(asChild) != "" {
		t.Skip("is the child")
	}
	path := file(t)
	process, at := child(t, path)
	judge := mosquittotest.NewJudge(t, at, "plant/#")
	judge.Down()
	acknowledged := 0
	for round := range 3 {
		pub := dial(t, at, "pub", cleanStart)
		for range 200 { // each acknowledged before the next is sent
			pub.publish(t, publishOf("plant/x", acknowledged))
			pub.puback(t)
			acknowledged++
		}
		_ = process.Process.Signal(syscall.SIGKILL)
		_ = process.Wait()
		process, at = child(t, path)
		t.Logf("killed %d times", round+1)
	}
	judge.Move(at)
	judge.Up()
	inOrder(t, judge.WaitFor(acknowledged), 0)
}
