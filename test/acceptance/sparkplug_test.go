package acceptance

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/broker/mosquittotest"
	"github.com/holdfast-edge/holdfast/protocols/modbus/slave"
)

// host is a Sparkplug host: mosquitto_sub, and npm's sparkplug-payload behind it.
type host struct {
	t      *testing.T
	broker *mosquittotest.Server
	end    func()

	mu  sync.Mutex
	got []sparkplug
}

// sparkplug is a message as sparkplug-payload decodes it.
type sparkplug struct {
	Topic, Error string
	Seq          *int
	Metrics      []struct {
		Name, Type       string
		Alias, Quality   *int
		Value            any
		Historical, Null bool
	}
}

const sparkplugPeer = "../peers/sparkplug.js"

func newHost(t *testing.T, broker *mosquittotest.Server) *host {
	t.Helper()
	if testing.Short() {
		t.Skip("needs npm's sparkplug-payload")
	}
	if _, err := os.Stat("../peers/node_modules/sparkplug-payload"); err != nil {
		t.Skip("not installed: run make deps")
	}
	h := &host{t: t, broker: broker}
	t.Cleanup(func() {
		h.down()
		for i, m := range h.got {
			if t.Failed() {
				t.Logf("%d: %+v", i, m)
			}
		}
	})
	return h
}

// up subscribes, and returns when it hears what is published.
func (h *host) up() {
	h.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	sub := exec.CommandContext(ctx, "mosquitto_sub", append(mosquittotest.Account(h.broker.Port()), "-q", "1", "-t", "spBv1.0/#", "-t", "marker", "-F", "%t %x")...)
	decode := exec.CommandContext(ctx, "node", sparkplugPeer, "decode")
	sub.WaitDelay, decode.WaitDelay = time.Second, time.Second
	pipe, err := sub.StdoutPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	decode.Stdin = pipe
	out, err := decode.StdoutPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	for _, c := range []*exec.Cmd{sub, decode} {
		if err := c.Start(); err != nil {
			h.t.Fatal(err)
		}
	}
	heard, read := make(chan struct{}, 1), make(chan struct{})
	go func() {
		defer close(read)
		h.read(bufio.NewScanner(out), heard)
	}()
	h.end = func() {
		cancel()
		<-read
		_, _ = sub.Wait(), decode.Wait()
	}
	until(h.t, "the host hears", func() error {
		h.broker.Publish("marker", "")
		select {
		case <-heard:
			return nil
		case <-time.After(100 * time.Millisecond):
			return fmt.Errorf("it does not")
		}
	})
}

func (h *host) read(lines *bufio.Scanner, heard chan<- struct{}) {
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var m sparkplug
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			h.t.Errorf("%s: %v", lines.Text(), err)
		}
		if m.Topic == "marker" {
			select {
			case heard <- struct{}{}:
			default:
			}
			continue
		}
		if !strings.Contains(m.Topic, "/STATE/") && !strings.Contains(m.Topic, "CMD/") {
			h.mu.Lock()
			h.got = append(h.got, m)
			h.mu.Unlock()
		}
	}
}

func (h *host) down() {
	if h.end != nil {
		h.end()
		h.end = nil
	}
}

// say publishes the state of the primary host.
func (h *host) say(online bool) {
	h.broker.Publish("spBv1.0/STATE/scada", fmt.Sprintf(`{"online":%t,"timestamp":%d}`, online, time.Now().UnixMilli()), "-r", "-q", "1")
}

// command publishes a command, encoded by sparkplug-payload.
func (h *host) command(topic, metric string) {
	h.t.Helper()
	text := fmt.Sprintf(`{"timestamp":%d,"metrics":[%s]}`, time.Now().UnixMilli(), metric)
	octets, err := exec.CommandContext(h.t.Context(), "node", sparkplugPeer, "encode", text).Output()
	if err != nil {
		h.t.Fatal(err)
	}
	pub := exec.CommandContext(h.t.Context(), "mosquitto_pub", append(mosquittotest.Account(h.broker.Port()), "-q", "1", "-t", topic, "-s")...)
	pub.Stdin = strings.NewReader(string(octets))
	if out, err := pub.CombinedOutput(); err != nil {
		h.t.Fatalf("%v: %s", err, out)
	}
}

// await waits for a message after the first so many.
func (h *host) await(what string, after int, is func(sparkplug) bool) (sparkplug, int) {
	h.t.Helper()
	var found sparkplug
	at := -1
	until(h.t, what, func() error {
		h.mu.Lock()
		defer h.mu.Unlock()
		at = slices.IndexFunc(h.got[min(after, len(h.got)):], is)
		if at < 0 {
			return fmt.Errorf("not among %d messages", len(h.got))
		}
		found, at = h.got[after+at], after+at
		return nil
	})
	return found, at + 1
}

// metric returns what a message says of a metric, by its name or its alias.
func (m sparkplug) metric(name string, alias int) (value any, historical, found bool) {
	for _, x := range m.Metrics {
		if x.Name == name || x.Name == "" && x.Alias != nil && *x.Alias == alias {
			return x.Value, x.Historical, true
		}
	}
	return nil, false, false
}

func kind(topic string) func(sparkplug) bool {
	return func(m sparkplug) bool { return m.Topic == "spBv1.0/bottling/"+topic }
}

// tells is a message of data of a metric's value.
func tells(alias int, value float64, historical bool) func(sparkplug) bool {
	return func(m sparkplug) bool {
		for _, x := range m.Metrics {
			if m.Topic == "spBv1.0/bottling/DDATA/plant-7/boiler" && x.Alias != nil && *x.Alias == alias && x.Value == value && x.Historical == historical {
				return true
			}
		}
		return false
	}
}

// contiguous fails if a sequence number is missing or a payload could not be decoded.
func (h *host) contiguous() {
	h.t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	next := -1
	for i, m := range h.got {
		switch {
		case m.Error != "":
			h.t.Errorf("message %d on %s: %s", i, m.Topic, m.Error)
		case strings.Contains(m.Topic, "/NDEATH/"):
			next = -1
		case strings.Contains(m.Topic, "/NBIRTH/"):
			next = 0
			fallthrough
		case next >= 0:
			if m.Seq == nil || *m.Seq != next {
				h.t.Fatalf("message %d on %s has seq %v, want %d", i, m.Topic, m.Seq, next)
			}
			next = (next + 1) % 256
		}
	}
}

// kettle is a device in this process, and the site that publishes it.
func kettle(t *testing.T, broker *mosquittotest.Server) (unit *slave.Unit, text string) {
	t.Helper()
	plc, err := slave.Listen(t.Context(), "127.0.0.1:0", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { plc.Close() })
	unit = slave.NewUnit(slave.Sizes{Holdings: 10})
	unit.SetHolding(0, 215, 7)
	plc.Put(1, unit)
	return unit, fmt.Sprintf(`
site: plant-7
console: {listen: "127.0.0.1:0"}
log: {commit_interval: 50ms}
devices:
  - name: boiler
    driver: modbus
    endpoint: tcp://%s
    unit: 1
    probe_max: 1s
    groups: [{name: climate, scan: 50ms, tags: [
      {name: temperature, address: "holding:0", type: int16, scale: 0.1},
      {name: valve, address: "holding:1", access: rw, min: 0, max: 100}]}]
sinks:
  - {name: host, type: sparkplug, url: "%s", group: bottling, devices: [boiler], primary_host: scada, username: edge, password: "env:LINE_PASSWORD", keep_alive: 1s, on_error: {max_wait: 200ms}}
`, plc.Address(), broker.URL())
}

func TestTheNodeIsASparkplugEdgeNode(t *testing.T) {
	broker := mosquittotest.Start(t)
	h := newHost(t, broker)
	unit, text := kettle(t, broker)
	data, path := t.TempDir(), site(t, text)
	e := start(t, password(), "edge", "-c", path, "--data", data)
	e.awaitQuality("boiler", "valve", "Good")
	h.up()
	h.say(true)

	born, n := h.await("the node's birth", 0, kind("NBIRTH/plant-7"))
	if bdSeq, _, _ := born.metric("bdSeq", -1); bdSeq == nil || born.Seq == nil || *born.Seq != 0 {
		t.Errorf("the birth is %+v", born)
	}
	device, n := h.await("the device's birth", n, kind("DBIRTH/plant-7/boiler"))
	aliases := map[string]int{}
	for _, m := range device.Metrics {
		if m.Alias == nil || m.Quality == nil || *m.Quality != 192 {
			t.Fatalf("a metric of the birth: %+v", m)
		}
		aliases[m.Name] = *m.Alias
	}
	if v, _, _ := device.metric("temperature", -1); v != 21.5 || len(aliases) != 2 {
		t.Fatalf("the device's birth is %+v", device)
	}

	unit.SetHolding(0, 220)
	_, n = h.await("a change", n, tells(aliases["temperature"], 22, false))

	h.command("spBv1.0/bottling/DCMD/plant-7/boiler", fmt.Sprintf(`{"alias":%d,"type":"Int64","value":42}`, aliases["valve"]))
	_, n = h.await("the written value", n, tells(aliases["valve"], 42, false))
	h.command("spBv1.0/bottling/DCMD/plant-7/boiler", `{"name":"valve","type":"Int64","value":101}`)
	_, n = h.await("that the value has not changed", n, tells(aliases["valve"], 42, false))
	if got := unit.Holding(1); got != 42 {
		t.Errorf("the device holds %d", got)
	}

	h.command("spBv1.0/bottling/NCMD/plant-7", `{"name":"Node Control/Rebirth","type":"Boolean","value":true}`)
	_, n = h.await("the rebirth", n, kind("NBIRTH/plant-7"))
	_, n = h.await("the device's rebirth", n, kind("DBIRTH/plant-7/boiler"))

	h.say(false)
	_, n = h.await("the death for want of a primary host", n, kind("NDEATH/plant-7"))
	h.down()
	broker.Kill()
	unit.SetHolding(0, 230) // and nobody is there to hear it
	until(t, "the log has it", func() error {
		s, err := e.sink("host")
		if err == nil && s.Lag == 0 {
			err = fmt.Errorf("nothing waits")
		}
		return err
	})
	e.awaitValue("boiler", "temperature", 23)
	unit.SetHolding(0, 240)
	e.awaitValue("boiler", "temperature", 24)
	broker.Up()
	h.up()
	h.say(true)
	again, n := h.await("the birth after the outage", n, kind("NBIRTH/plant-7"))
	_, _ = h.await("what nobody heard, as historical", n, tells(aliases["temperature"], 23, true))
	_, n = h.await("the device's birth after the outage", n, kind("DBIRTH/plant-7/boiler"))
	before, _, _ := born.metric("bdSeq", -1)
	after, _, _ := again.metric("bdSeq", -1)
	if before == after {
		t.Errorf("two connections have bdSeq %v", before)
	}

	e.kill()
	dead, n := h.await("the will", n, kind("NDEATH/plant-7"))
	if bdSeq, _, _ := dead.metric("bdSeq", -1); bdSeq != after {
		t.Errorf("the death has bdSeq %v, the birth had %v", bdSeq, after)
	}
	start(t, password(), "edge", "-c", path, "--data", data)
	third, _ := h.await("the birth of the next process", n, kind("NBIRTH/plant-7"))
	if bdSeq, _, _ := third.metric("bdSeq", -1); bdSeq == after {
		t.Errorf("bdSeq is %v again: it was not kept", bdSeq)
	}
	h.contiguous()
}

func TestALostDeviceDiesAndIsBornAgain(t *testing.T) {
	broker := mosquittotest.Start(t)
	h := newHost(t, broker)
	unit, text := kettle(t, broker)
	e := start(t, password(), "edge", "-c", site(t, strings.Replace(text, "primary_host: scada, ", "", 1)), "--data", t.TempDir())
	e.awaitQuality("boiler", "valve", "Good")
	h.up()
	h.command("spBv1.0/bottling/NCMD/plant-7", `{"name":"Node Control/Rebirth","type":"Boolean","value":true}`)
	_, n := h.await("the device's birth", 0, kind("DBIRTH/plant-7/boiler"))
	unit.Remove(0, 10)
	_, n = h.await("the device's death", n, kind("DDEATH/plant-7/boiler"))
	unit.Restore()
	_, n = h.await("the device's birth again", n, kind("DBIRTH/plant-7/boiler"))
	unit.SetHolding(0, 199)
	if _, at := h.await("a change", n, func(m sparkplug) bool {
		// the valve may be back in the same row
		return m.Topic == "spBv1.0/bottling/DDATA/plant-7/boiler" && len(m.Metrics) > 0 && m.Metrics[0].Value == 19.9
	}); at == 0 {
		t.Error("never")
	}
	h.contiguous()
}

// awaitValue waits until a tag has a value.
func (e *edge) awaitValue(device, name string, want float64) {
	e.t.Helper()
	until(e.t, device+"."+name, func() error {
		v, err := e.tag(device, name)
		if err == nil && v.Value != want {
			err = fmt.Errorf("it is %v", v.Value)
		}
		return err
	})
}
