package mosquittotest

import (
	"bufio"
	"context"
	"encoding/hex"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Message is one message, as mosquitto_sub got it.
type Message struct {
	Topic, Payload string
	Retained       bool
	Properties     string // user properties, as mosquitto_sub's %P prints them
}

// Judge is a mosquitto_sub with a session of its own: what is published from
// the moment Judge has returned is kept for it, also while it is away.
type Judge struct {
	t      testing.TB
	port   string
	marker string // the topic of a message that only this judge is to see
	args   []string

	sent int // markers, each with its number as payload

	mu     sync.Mutex
	got    []Message
	marked int // the newest marker that arrived
	grown  *sync.Cond
	end    func()
}

// Judge subscribes to the filter at QoS 1.
func (s *Server) Judge(filter string) *Judge {
	s.t.Helper()
	return NewJudge(s.t, s.port, filter)
}

// NewJudge is Judge at any broker of this machine that knows the account of
// this package.
func NewJudge(t testing.TB, port, filter string) *Judge {
	t.Helper()
	id := "judge-" + strings.NewReplacer("/", "-", "#", "all", "+", "any").Replace(filter)
	j := &Judge{t: t, port: port, marker: "marker/" + id}
	j.grown = sync.NewCond(&j.mu)
	j.args = append(Account(port), "-c", "-i", id, "-q", "1", "-t", filter, "-t", j.marker,
		"-V", "5", "-D", "connect", "receive-maximum", strconv.Itoa(inFlight), "-F", "%t\t%r\t%P\t%x")
	t.Cleanup(j.Down)
	j.Up()
	return j
}

// longestLine bounds what the judge prints of a message: its payload in hexadecimal.
const longestLine = 4 << 20

// Up connects the judge again after Down, and returns when it is subscribed.
func (j *Judge) Up() {
	j.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, "mosquitto_sub", j.args...)
	cmd.WaitDelay = time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		j.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		j.t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, longestLine)
		for lines.Scan() {
			j.take(lines.Text())
		}
	}()
	j.end = func() {
		cancel()
		<-read
		_ = cmd.Wait()
	}
	j.mark()
}

// mark sends markers until one arrives: the judge is subscribed then, and has got
// what the broker had for it before: one of QoS 0 would overtake what waits for
// acknowledgements. When it returns no marker is on its way any more.
func (j *Judge) mark() {
	j.t.Helper()
	first := j.sent + 1
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); pause() {
		switch marked := j.newest(); {
		case marked >= first && marked == j.sent:
			return
		case marked < first:
			j.sent++
			Run(j.t, "mosquitto_pub", append(Account(j.port), "-q", "1", "-t", j.marker, "-m", strconv.Itoa(j.sent))...)
		}
	}
	j.t.Fatal("the judge does not subscribe")
}

// newest is the newest marker that has arrived.
func (j *Judge) newest() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.marked
}

// Settled returns all that the broker had taken when it was called.
func (j *Judge) Settled() []Message {
	j.t.Helper()
	j.mark()
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]Message(nil), j.got...)
}

// Move lets the judge find its broker at another port, from the next Up on.
func (j *Judge) Move(port string) {
	for i, arg := range j.args {
		if arg == j.port && j.args[i-1] == "-p" {
			j.args[i] = port
		}
	}
	j.port = port
}

// Down disconnects the judge; its session stays. What it has acknowledged and not
// told yet is lost: Settled comes before, where that matters.
func (j *Judge) Down() {
	if j.end != nil {
		j.end()
		j.end = nil
	}
}

func (j *Judge) take(line string) {
	columns := strings.SplitN(line, "\t", 4)
	if len(columns) < 4 {
		return
	}
	payload, err := hex.DecodeString(columns[3])
	if err != nil {
		j.t.Errorf("the judge printed %q: %v", line, err)
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if columns[0] == j.marker {
		if n, err := strconv.Atoi(string(payload)); err == nil {
			j.marked = max(j.marked, n)
		}
		return
	}
	j.got = append(j.got, Message{Topic: columns[0], Retained: columns[1] == "1", Properties: columns[2], Payload: string(payload)})
	j.grown.Broadcast()
}

// Wait returns what has arrived once enough reports true of it.
func (j *Judge) Wait(enough func([]Message) bool) []Message {
	j.t.Helper()
	late := false
	timer := time.AfterFunc(patience, func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		late = true
		j.grown.Broadcast()
	})
	defer timer.Stop()
	j.mu.Lock()
	defer j.mu.Unlock()
	for !enough(j.got) {
		if late {
			j.t.Fatalf("the judge waited for more than the %d messages that arrived", len(j.got))
		}
		j.grown.Wait()
	}
	return append([]Message(nil), j.got...)
}

// WaitFor returns the messages once there are n of them.
func (j *Judge) WaitFor(n int) []Message {
	j.t.Helper()
	return j.Wait(func(got []Message) bool { return len(got) >= n })
}
