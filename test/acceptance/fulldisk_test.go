package acceptance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/holdfast-edge/holdfast/broker/mosquittotest"
	"github.com/holdfast-edge/holdfast/internal/ports"
	"github.com/holdfast-edge/holdfast/store/proof"
)

// smallDisk mounts a file system of some megabytes, and returns the data directory on it, what fills it and what gives the
// room back.
func smallDisk(t *testing.T, megabytes int) (data string, fill, relieve func()) {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm", megabytes)); err != nil {
		t.Skipf("no small file system can be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	ballast := filepath.Join(dir, "ballast")
	fill = func() {
		file, err := os.Create(ballast)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		for zeros := make([]byte, 1<<16); len(zeros) > 0; {
			if _, err := file.Write(zeros); err != nil {
				zeros = zeros[:len(zeros)/2]
			}
		}
	}
	relieve = func() {
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "data"), fill, relieve
}

// fullSite has a source of each kind: a device that cannot wait, publishers that want an acknowledgement and are
// forwarded by a durable rule, and large messages that nobody promised to keep.
func fullSite(plant, far string, port int) string {
	return streamed(port, fmt.Sprintf(`
devices:
  - name: boiler
    driver: modbus
    endpoint: tcp://%s
    unit: 1
    groups: [{name: climate, scan: 100ms, tags: [{name: temperature, address: "holding:0", type: int16, scale: 0.1}]}]
streams:
  - {name: orders, mqtt: {topic: "orders"}}
  - {name: pictures, mqtt: {topic: "pictures", qos: 0}, overflow: drop_oldest, history: true}
rules:
  - {name: forward, sql: "SELECT temperature FROM boiler", to: [line]}
  - {name: numbers, durable: true, sql: "SELECT n FROM orders", to: [line]}
sinks:
  - {name: line, type: mqtt, url: "%s", topic: "plant-7/{stream}", username: edge, password: "env:LINE_PASSWORD"}
`, plant, far))
}

// logState is what the API tells of the log, as far as the tests look.
type logState struct {
	Failures int64
	Dropped  map[string]uint64
}

// ready returns nil where the node says that it can do all it is for, else its reasons.
func (e *edge) ready() error {
	r, err := http.Get(e.url + "/readyz")
	if err != nil {
		return err
	}
	defer r.Body.Close()
	var health struct{ Reasons []string }
	if err := json.NewDecoder(r.Body).Decode(&health); err != nil {
		return err
	}
	if r.StatusCode != http.StatusOK {
		return fmt.Errorf("%d: %v", r.StatusCode, health.Reasons)
	}
	return nil
}

// machine is a publisher that waits for acknowledgements: it sends one number after the other.
type machine struct {
	t    *testing.T
	port int
	next int
}

func (p *machine) command(topic, payload string, more ...string) *exec.Cmd {
	args := append(mosquittotest.Account(strconv.Itoa(p.port)), "-t", topic)
	cmd := exec.Command("mosquitto_pub", append(args, more...)...)
	cmd.Stdin = strings.NewReader(payload)
	return cmd
}

// order sends the next number. Whoever awaits it has the acknowledgement.
func (p *machine) order() (acknowledged <-chan error) {
	p.next++
	ended := make(chan error, 1)
	cmd := p.command("orders", fmt.Sprintf(`{"n":%d}`, p.next), "-q", "1", "-s")
	go func() { ended <- cmd.Run() }()
	return ended
}

func (p *machine) pictures(n int) {
	p.t.Helper()
	picture := `{"picture":"` + strings.Repeat("red green blue ", 7000) + `"}` + "\n"
	if err := p.command("pictures", strings.Repeat(picture, n), "-q", "0", "-l").Run(); err != nil {
		p.t.Fatal(err)
	}
}

func TestAFullDiskHoldsWhoCanWaitCountsTheRestAndIsLeftAsItWasFound(t *testing.T) {
	plant, port := startPlant(t), ports.Free(t).Number()
	far := mosquittotest.Start(t)
	judge := far.Judge("plant-7/#")
	data, fill, relieve := smallDisk(t, 40)
	e := start(t, password(), "edge", "-c", site(t, fullSite(plant.address(), far.URL(), port)), "--data", data)
	e.awaitBroker(port)
	p := &machine{t: t, port: port}
	for range 3 {
		if err := <-p.order(); err != nil {
			t.Fatal(err)
		}
	}
	e.awaitState("boiler", "polling")
	judge.WaitFor(10)

	fill()
	until(t, "the node to say what is wrong", func() error {
		if err := e.ready(); err == nil || !strings.Contains(err.Error(), "the log cannot be written") {
			return fmt.Errorf("it says %w", err)
		}
		return nil
	})
	var s logState
	until(t, "what cannot wait to be counted", func() error {
		p.pictures(20)
		err := e.get("/api/v1/log", &s)
		if err == nil && s.Dropped["pictures: disk full"] == 0 {
			err = fmt.Errorf("dropped: %v", s.Dropped)
		}
		return err
	})
	held := p.order() // behind pictures, in the same commit: there may be room for a number alone
	if err := e.get("/healthz", new(struct{})); err != nil {
		t.Errorf("a node whose disk is full is to be restarted: %v", err)
	}
	plant.set(0, 777)
	until(t, "the device to be read and shown", func() error {
		if v, err := e.tag("boiler", "temperature"); err != nil || v.Value != 77.7 {
			return fmt.Errorf("it is %v: %w", v.Value, err)
		}
		return nil
	})
	var sentAway error // by an attempt to commit that failed: then nothing of it is kept, and it is brought again
	select {
	case sentAway = <-held:
		if sentAway == nil {
			t.Fatal("a message was acknowledged that is on no disk")
		}
	default:
	}

	relieve()
	if sentAway == nil {
		sentAway = <-held
	}
	if sentAway != nil {
		p.next--
		if err := <-p.order(); err != nil {
			t.Errorf("a publisher that comes again is told %v", err)
		}
	}
	if err := <-p.order(); err != nil {
		t.Error(err)
	}
	until(t, "the node to be well", e.ready)
	judge.Wait(func(m []mosquittotest.Message) bool { return len(missingNumbers(t, m, p.next)) == 0 })
	e.checkGaps("pictures")
	e.stop()
	verifyReceived(t, data, judge.Settled())
}

// checkGaps compares what was counted as dropped for the disk with the gaps that the log has in its place.
func (e *edge) checkGaps(stream string) {
	e.t.Helper()
	var counted logState
	if err := e.get("/api/v1/log", &counted); err != nil {
		e.t.Fatal(err)
	}
	var held proof.Snapshot
	if err := e.get("/api/v1/log/audit", &held); err != nil {
		e.t.Fatal(err)
	}
	var records uint64
	for _, g := range held.Gaps {
		if g.Stream == stream && g.Cause == "disk full" {
			records += g.Count
		}
	}
	if want := counted.Dropped[stream+": disk full"]; records != want || want == 0 {
		e.t.Errorf("gaps of %d records, %d were counted; all gaps: %v", records, want, held.Gaps)
	}
}

// missingNumbers lists the numbers up to and with n that did not come.
func missingNumbers(t *testing.T, messages []mosquittotest.Message, n int) (missing []int) {
	t.Helper()
	came := map[int]bool{}
	for _, m := range messages {
		var row struct{ N int }
		if err := json.Unmarshal([]byte(m.Payload), &row); err != nil {
			t.Fatalf("%s: %v", m.Payload, err)
		}
		came[row.N] = true
	}
	for i := 1; i <= n; i++ {
		if !came[i] {
			missing = append(missing, i)
		}
	}
	return missing
}

func all(messages []mosquittotest.Message) string {
	var b strings.Builder
	for _, m := range messages {
		b.WriteString(m.Payload + "\n")
	}
	return b.String()
}

// verifyReceived has holdfast verify compare what the far end has with the log of a node that does not run.
func verifyReceived(t *testing.T, data string, messages []mosquittotest.Message) {
	t.Helper()
	verify := exec.Command(program(t), "verify", "line", "--data", data, "--received", "-")
	verify.Stdin = strings.NewReader(all(messages))
	said, err := verify.CombinedOutput()
	t.Logf("%s", bytes.TrimSpace(said))
	if err != nil {
		exit, _ := errors.AsType[*exec.ExitError](err)
		t.Errorf("verify ends with %v", exit)
	}
}
