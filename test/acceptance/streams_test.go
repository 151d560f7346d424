package acceptance

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/broker/mosquittotest"
	"github.com/holdfast-edge/holdfast/internal/ports"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/tag"
)

// streamed is a site whose broker takes messages, for a rule to the far end.
func streamed(port int, more string) string {
	return fmt.Sprintf(`
site: plant-7
console: {listen: "127.0.0.1:0"}
log: {commit_interval: 100ms}
broker:
  listen: "127.0.0.1:%d"
  accounts: [{name: edge, password: "env:LINE_PASSWORD", publish: "#", subscribe: "#"}]
%s`, port, more)
}

// streamState is what the API tells of a stream.
type streamState struct {
	Name, State, Refusal                 string
	Messages, Undecodable, Untaken, Rows uint64
	Refused                              uint64
}

func (e *edge) stream(name string) (streamState, error) {
	var all []streamState
	if err := e.get("/api/v1/streams", &all); err != nil {
		return streamState{}, err
	}
	for _, s := range all {
		if s.Name == name {
			return s, nil
		}
	}
	return streamState{}, fmt.Errorf("no stream %q", name)
}

// awaitBroker waits until the node's broker takes clients.
func (e *edge) awaitBroker(port int) {
	e.t.Helper()
	until(e.t, "the broker", func() error {
		args := append(mosquittotest.Account(strconv.Itoa(port)), "-t", "hello", "-m", "hello", "-q", "1")
		return exec.Command("mosquitto_pub", args...).Run()
	})
}

func TestMessagesGoThroughTheOwnBrokerAndARuleToTheFarEnd(t *testing.T) {
	far, plant, port := mosquittotest.Start(t), startPlant(t), ports.Free(t).Number()
	judge := far.Judge("plant-7/hot")
	e := start(t, password(), "edge", "-c", site(t, streamed(port, fmt.Sprintf(`
devices:
  - name: boiler
    driver: modbus
    endpoint: tcp://%s
    unit: 1
    groups: [{name: climate, scan: 100ms, tags: [{name: temperature, address: "holding:0", type: int16, scale: 0.1}]}]
streams:
  - {name: sensors, mqtt: {topic: "sensors/+/climate"}, timestamp: at}
rules:
  - {name: hot, sql: "SELECT machine, temperature FROM sensors WHERE temperature > 30", to: [line]}
sinks:
  - {name: line, type: mqtt, url: "%s", topic: "plant-7/hot", username: edge, password: "env:LINE_PASSWORD"}
`, plant.address(), far.URL()))), "--data", t.TempDir())
	e.awaitBroker(port)
	publish := func(topic, payload string) {
		t.Helper()
		args := append(mosquittotest.Account(strconv.Itoa(port)), "-t", topic, "-m", payload, "-q", "1")
		mosquittotest.Run(t, "mosquitto_pub", args...)
	}
	publish("sensors/7/climate", `{"machine":"press","temperature":21,"at":1800000000000}`)
	publish("sensors/7/climate", `nonsense`)
	publish("sensors/7/other", `{"machine":"press","temperature":99,"at":1800000000000}`)
	publish("sensors/8/climate", `[{"machine":"saw","temperature":31,"at":1800000000000},{"machine":"press","temperature":40,"at":"2027-01-15T08:00:01Z"}]`)
	got := judge.WaitFor(2)
	for i, want := range []string{`{"machine":"saw","temperature":31,"ts":"2027-01-15T08:00:00Z",`, `{"machine":"press","temperature":40,"ts":"2027-01-15T08:00:01Z",`} {
		if !strings.HasPrefix(got[i].Payload, want) {
			t.Errorf("got %s, want %s…", got[i].Payload, want)
		}
	}
	s, err := e.stream("sensors")
	if err != nil || s.State != "receiving" || s.Messages != 3 || s.Undecodable != 1 || s.Rows != 3 || !strings.Contains(s.Refusal, "sensors/7/climate") {
		t.Errorf("the stream is %+v, %v", s, err)
	}
	t.Run("a group is published while somebody subscribes", func(t *testing.T) {
		plant.set(0, 215)
		mosquittotest.NewJudge(t, strconv.Itoa(port), "plant-7/boiler/climate").Wait(func(m []mosquittotest.Message) bool {
			return len(m) > 0 && strings.HasPrefix(m[len(m)-1].Payload, `{"temperature":21.5,"ts":"`)
		})
	})
	t.Run("a stranger is not let in", func(t *testing.T) {
		err := exec.Command("mosquitto_pub", "-p", strconv.Itoa(port), "-u", "edge", "-P", "wrong", "-t", "a", "-m", "1", "-q", "1").Run()
		if exit, ok := errors.AsType[*exec.ExitError](err); !ok {
			t.Errorf("let in: %v %v", exit, err)
		}
	})
	e.stop()
}

func TestWhatARulePublishesIntoTheOwnBrokerGoesRoundOnlySoOften(t *testing.T) {
	port := ports.Free(t).Number()
	e := start(t, password(), "edge", "-c", site(t, streamed(port, `
streams: [{name: loop, mqtt: {topic: "loop"}}, {name: hot, mqtt: "machines/+"}]
rules:
  - {name: again, sql: "SELECT n + 1 AS n FROM loop", to: {publish: loop, qos: 1}}
  - {name: alarm, sql: "SELECT * FROM hot WHERE temperature > 30", to: {publish: "alarms/{site}/{machine}", payload: "{temperature}", retain: true}}
`)), "--data", t.TempDir())
	e.awaitBroker(port)
	publish := func(topic, payload string) {
		t.Helper()
		mosquittotest.Run(t, "mosquitto_pub", append(mosquittotest.Account(strconv.Itoa(port)), "-t", topic, "-m", payload, "-q", "1")...)
	}
	publish("loop", `{"n":0}`)
	until(t, "the end of the cycle", func() error {
		s, err := e.stream("again")
		if err == nil && (s.Refused != 1 || s.Rows != tag.MaxHops) {
			err = fmt.Errorf("%d rows, %d refused", s.Rows, s.Refused)
		}
		return err
	})
	publish("machines/1", `{"machine":"press","temperature":29}`)
	publish("machines/1", `{"machine":"press","temperature":31.5}`)
	publish("machines/2", `{"machine":"saw/2","temperature":40}`)
	judge := mosquittotest.NewJudge(t, strconv.Itoa(port), "alarms/#")
	for _, m := range judge.WaitFor(2) {
		if got := m.Topic + " " + m.Payload; got != "alarms/plant-7/press 31.5" && got != "alarms/plant-7/saw_2 40" {
			t.Errorf("got %s", got)
		}
	}
	e.stop()
}

// publisher is a mosquitto_pub that publishes {"n":1}, {"n":2} … at QoS 1 and
// tells which of them were acknowledged.
type publisher struct {
	cmd *exec.Cmd

	mu    sync.Mutex
	acked map[uint64]bool
	over  chan struct{}
}

// mostIdentifiers is how many messages a client sends before their identifiers
// begin anew.
const mostIdentifiers = 65_000

var puback = regexp.MustCompile(`received PUBACK \(Mid: (\d+), RC:0\)`)

// startPublisher publishes until the broker is gone or all identifiers are used.
func startPublisher(t *testing.T, port int, offset uint64) *publisher {
	t.Helper()
	args := append(mosquittotest.Account(strconv.Itoa(port)), "-t", "sensors/7", "-q", "1", "-l", "-d", "-V", "5")
	p := &publisher{cmd: exec.Command("stdbuf", append([]string{"-oL", "mosquitto_pub"}, args...)...), acked: map[uint64]bool{}, over: make(chan struct{})}
	in, err := p.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill(); <-p.over })
	go func() {
		defer func() { _ = in.Close() }()
		for n := range uint64(mostIdentifiers) {
			if _, err := fmt.Fprintf(in, "{\"n\":%d}\n", offset+n+1); err != nil {
				return
			}
		}
	}()
	go func() {
		defer close(p.over)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			p.note(lines.Text(), offset)
		}
		_ = p.cmd.Wait()
	}()
	return p
}

func (p *publisher) note(line string, offset uint64) {
	found := puback.FindStringSubmatch(line)
	if found == nil {
		return
	}
	id, err := strconv.ParseUint(found[1], 10, 64)
	if err != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.acked[offset+id] = true
}

func (p *publisher) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.acked)
}

// end ends the publisher; what it was told is known then.
func (p *publisher) end() {
	_ = p.cmd.Process.Kill()
	<-p.over
}

// committed reads the numbers of a stream from the log of a node that is dead.
func committed(t *testing.T, data, stream string) map[uint64]bool {
	t.Helper()
	l, err := log.Open(log.Options{Dir: filepath.Join(data, "log"), Site: "plant-7", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	cursor, err := l.Cursor("judge", log.CursorOptions{Streams: []string{stream}, SingleLane: true})
	if err != nil {
		t.Fatal(err)
	}
	defer cursor.Close()
	numbers := map[uint64]bool{}
	for left := l.Stats().Cursors; len(left) > 0 && lag(left) > 0; left = l.Stats().Cursors {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		entry, err := cursor.Next(ctx)
		cancel()
		if err != nil {
			t.Fatal(err)
		}
		if entry.Batch != nil {
			slot, _ := entry.Batch.Schema().Slot("n")
			for i := range entry.Batch.Len() {
				n, _ := entry.Batch.Row(i)[slot].Uint()
				numbers[n] = true
			}
		}
		cursor.Ack(entry)
	}
	return numbers
}

// lag is what the judge has not read.
func lag(cursors []log.CursorStats) uint64 {
	for _, c := range cursors {
		if c.Name == "judge" {
			return c.Lag
		}
	}
	return 0
}

func TestNoAcknowledgedMessageIsLostWhenTheNodeIsKilled(t *testing.T) {
	port, data := ports.Free(t).Number(), t.TempDir()
	config := site(t, streamed(port, `
streams:
  - {name: sensors, mqtt: {topic: "sensors/#", qos: 1}, history: true}
rules:
  - {name: odd, sql: "SELECT n FROM sensors WHERE n % 2 = 1"}
`))
	acked := map[uint64]bool{}
	for round := range uint64(3) {
		e := start(t, password(), "edge", "-c", config, "--data", data)
		e.awaitBroker(port)
		began := time.Now()
		p := startPublisher(t, port, round*mostIdentifiers)
		until(t, "2,000 acknowledgements", func() error {
			if n := p.count(); n < 2000 {
				return fmt.Errorf("%d so far", n)
			}
			return nil
		})
		t.Logf("%.0f acknowledged messages/s", float64(p.count())/time.Since(began).Seconds())
		e.kill()
		p.end()
		for n := range p.acked {
			acked[n] = true
		}
		kept, lost := committed(t, data, "sensors"), 0
		for n := range acked {
			if !kept[n] {
				lost++
			}
		}
		if lost > 0 {
			t.Errorf("round %d: %d of %d acknowledged messages are not on the disk", round, lost, len(acked))
		}
		if _, err := os.Stat(filepath.Join(data, "broker")); err != nil {
			t.Error(err)
		}
	}
}
