package influx_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/internal/leak"
	"github.com/holdfast-edge/holdfast/internal/ports"
	"github.com/holdfast-edge/holdfast/sinks/conformance"
	"github.com/holdfast-edge/holdfast/sinks/influx"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestMain(m *testing.M) { leak.Main(m) }

// influxd is Debian's InfluxDB 1.6.
type influxd struct {
	*conformance.Process
	address string
	db      string
}

func startInflux(t *testing.T) *influxd {
	t.Helper()
	port, dir := ports.Free(t).Number(), t.TempDir()
	conf := filepath.Join(dir, "influxdb.conf")
	text := fmt.Sprintf(`reporting-disabled = true
bind-address = "127.0.0.1:%d"
[meta]
dir = "%[2]s/meta"
[data]
dir = "%[2]s/data"
wal-dir = "%[2]s/wal"
[http]
bind-address = "127.0.0.1:%[3]d"
auth-enabled = true
[monitor]
store-enabled = false
`, ports.Free(t).Number(), dir, port)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &influxd{address: fmt.Sprintf("127.0.0.1:%d", port)}
	s.Process = conformance.StartProcess(t, conformance.Answers("http://"+s.address+"/ping"), nil, "influxd", "-config", conf)
	s.query(t, "CREATE USER edge WITH PASSWORD 'secret7' WITH ALL PRIVILEGES")
	return s
}

func (s *influxd) Address() string { return s.address }

func (s *influxd) Keys(address string) string {
	return "url: http://" + address + "\nusername: edge\npassword: env:INFLUX_PASSWORD\ndatabase: " + s.db + "\nlinger: 5ms\nbatch: 50"
}

func (s *influxd) WrongKeys(t *testing.T, address string) (keys, secret string) {
	t.Setenv("WRONG_PASSWORD", "hunter2hunter2")
	return "url: http://" + address + "\nusername: edge\npassword: env:WRONG_PASSWORD\ndatabase: x", "hunter2"
}

// Spoil makes a value of another type than its field has by then.
func (s *influxd) Spoil(row []tag.Value) { row[0] = tag.StringOf("broken") }

func (s *influxd) Restart(*testing.T) {
	s.Stop()
	s.Start()
}

// query asks a question and returns the series of the answer.
func (s *influxd) query(t *testing.T, q string) (rows [][]any) {
	t.Helper()
	values := url.Values{"q": {q}, "db": {s.db}, "u": {"edge"}, "p": {"secret7"}, "epoch": {"ns"}}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	reply, err := client.Post("http://"+s.address+"/query?"+values.Encode(), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	var answer struct {
		Results []struct {
			Series []struct{ Values [][]any }
			Error  string
		}
		Error string
	}
	if err := json.NewDecoder(reply.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	if answer.Error != "" {
		t.Fatalf("%s: %s", q, answer.Error)
	}
	for _, r := range answer.Results {
		if r.Error != "" {
			t.Fatalf("%s: %s", q, r.Error)
		}
		for _, series := range r.Series {
			rows = append(rows, series.Values...)
		}
	}
	return rows
}

func (s *influxd) Seen(t *testing.T) (all []conformance.Record) {
	t.Helper()
	for _, stream := range []string{"one", "two"} {
		for _, r := range s.query(t, `SELECT hf_seq, temperature, humidity, hf_quality FROM `+stream+` WHERE hf_seq > 0`) {
			all = append(all, conformance.Stored(t, stream, r[1:]))
		}
	}
	for _, g := range s.query(t, "SELECT hf_seq, count, cause FROM hf_gaps") {
		all = append(all, conformance.Record{Sequence: conformance.Count(t, g[1]), Gap: conformance.Count(t, g[2])})
	}
	return all
}

func TestTheSinkConformsWithInfluxDB1(t *testing.T) {
	s := startInflux(t)
	t.Setenv("INFLUX_PASSWORD", "secret7")
	cases := 0
	conformance.Run(t, conformance.Subject{
		Sink: influx.Sink{}, Idempotent: true, Impatient: "timeout: 1s",
		Start: func(t *testing.T, base int64) conformance.Far {
			cases++
			s.db = fmt.Sprintf("plant_%d", cases)
			s.query(t, `CREATE DATABASE "`+s.db+`"`)
			s.write(t, fmt.Sprintf("one,site=plant-7 temperature=0 %d", base-1e12)) // the field has its type
			return s
		},
	})
}

// write puts a line in by itself.
func (s *influxd) write(t *testing.T, line string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	reply, err := client.Post("http://"+s.address+"/write?u=edge&p=secret7&db="+s.db, "text/plain", strings.NewReader(line))
	if err != nil {
		t.Fatal(err)
	}
	_ = reply.Body.Close()
	if reply.StatusCode != http.StatusNoContent {
		t.Fatalf("write: %s", reply.Status)
	}
}

// victoria is Debian's VictoriaMetrics, which keeps numbers only.
type victoria struct {
	*conformance.Process
	address string
	base    int64
}

func startVictoria(t *testing.T, base int64) *victoria {
	t.Helper()
	v := &victoria{address: ports.Free(t).Address(), base: base}
	v.Process = conformance.StartProcess(t, conformance.Answers("http://"+v.address+"/health"), nil,
		"victoria-metrics", "-httpListenAddr="+v.address, "-storageDataPath="+t.TempDir(), "-search.latencyOffset=0s", "-retentionPeriod=1y")
	return v
}

func (v *victoria) Address() string { return v.address }

func (v *victoria) Keys(address string) string {
	return "url: http://" + address + "\nlinger: 5ms\nbatch: 50"
}

func (v *victoria) Restart(*testing.T) {
	v.Stop()
	v.Start()
}

func (v *victoria) Seen(t *testing.T) (all []conformance.Record) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	fetch := func(path string) []byte {
		reply, err := client.Get("http://" + v.address + path)
		if err != nil {
			t.Fatal(err)
		}
		defer reply.Body.Close()
		said, err := io.ReadAll(reply.Body)
		if err != nil {
			t.Fatal(err)
		}
		return said
	}
	fetch("/internal/force_flush")
	records := map[[2]any]*conformance.Record{}
	for line := range strings.Lines(string(fetch("/api/v1/export?match[]={site=%22plant-7%22}"))) {
		var s struct {
			Metric     map[string]string
			Values     []float64
			Timestamps []int64
		}
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			t.Fatal(err)
		}
		name := s.Metric["__name__"]
		for i, at := range s.Timestamps {
			stream, field, _ := strings.Cut(name, "_")
			if name == "hf_gaps_hf_seq" {
				all = append(all, conformance.Record{Sequence: uint64(s.Values[i]), Gap: 12})
			}
			key := [2]any{stream, at}
			r := records[key]
			if r == nil {
				r = &conformance.Record{Stream: stream, Sequence: uint64(time.Duration(at*1e6-v.base) / time.Second)}
				records[key] = r
			}
			switch field {
			case "temperature":
				r.Temperature = s.Values[i]
			case "humidity":
				r.Humidity = fmt.Sprint(s.Values[i])
			}
		}
	}
	for seq := uint64(1); seq < 1000; seq++ {
		for _, stream := range []string{"one", "two"} {
			if r := records[[2]any{stream, (v.base + int64(seq)*1e9) / 1e6}]; r != nil {
				all = append(all, *r)
			}
		}
	}
	return all
}

func TestTheSinkConformsWithVictoriaMetrics(t *testing.T) {
	conformance.Run(t, conformance.Subject{
		Sink: influx.Sink{}, Idempotent: true, Impatient: "timeout: 1s",
		Start: func(t *testing.T, base int64) conformance.Far { return startVictoria(t, base) },
	})
}

func TestOptionsThatDoNotGoTogetherAreRefused(t *testing.T) {
	for keys, says := range map[string]string{
		"url: ws://h":                      "http://",
		"url: http://h\napi: v2":           "bucket",
		"url: http://h\napi: v3":           "database",
		"url: http://h\nbucket: b":         "api: v2",
		"url: http://h\ntags: {site: x}":   "every line",
		"url: http://h\ncompression: zstd": "gzip",
	} {
		if _, err := conformance.Parse(influx.Sink{}, keys); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", keys, err)
		}
	}
}
