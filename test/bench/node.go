package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/modbus/simulator"
)

type object = map[string]any

// site writes the configuration of the node: a device for each address, with a
// valve to write and as many waves as there are tags beside it.
func site(path string, s scale, addresses []string) error {
	var all []object
	for i, address := range addresses {
		tags := []object{{"name": "valve", "address": fmt.Sprint("holding:", simulator.Valve), "type": "uint16", "access": "rw", "verify": false}}
		for t := range s.tags - 1 {
			tags = append(tags, object{
				"name": fmt.Sprint("wave_", t), "address": fmt.Sprint("holding:", simulator.Waves+t), "type": "uint16", "scale": 0.1,
			})
		}
		all = append(all, object{
			"name": fmt.Sprint("device_", i), "driver": "modbus", "endpoint": "tcp://" + address, "unit": 1,
			"groups": []object{{"name": "g", "scan": s.interval.String(), "tags": tags}},
		})
	}
	return writeSite(path, object{"site": "bench", "console": object{"listen": "127.0.0.1:0"}, "devices": all})
}

func writeSite(path string, site any) error {
	text, err := json.Marshal(site)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}

// node is the process that is measured.
type node struct {
	cmd   *exec.Cmd
	url   string
	began time.Time
}

// startNode builds the program as it is released and runs it.
func startNode(ctx context.Context, dir string) (*node, error) {
	binary := filepath.Join(dir, "holdfast")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, "./cmd/holdfast")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build holdfast: %w\n%s", err, out)
	}
	n := &node{cmd: exec.CommandContext(ctx, binary, "edge", "-c", filepath.Join(dir, "site.json"), "--data", filepath.Join(dir, "data"), "--log-level", "error")}
	n.cmd.Stderr = os.Stderr
	out, err := n.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	n.began = time.Now()
	if err := n.cmd.Start(); err != nil {
		return nil, err
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, url, ok := strings.Cut(lines.Text(), "Console: "); ok {
			n.url = url
			return n, nil
		}
	}
	return nil, errors.Join(errors.New("the node did not start"), n.cmd.Wait())
}

func (n *node) close() error {
	_ = n.cmd.Process.Signal(syscall.SIGTERM)
	return n.cmd.Wait()
}

// counts are what all devices together have done.
type counts struct{ scans, late, overruns, faults uint64 }

func (c counts) since(before counts) counts {
	return counts{c.scans - before.scans, c.late - before.late, c.overruns - before.overruns, c.faults - before.faults}
}

func (c counts) plus(d device) counts {
	return counts{c.scans + d.Scans, c.late + d.Late, c.overruns + d.Overruns, c.faults + d.Faults}
}

// device is one as the API lists it.
type device struct {
	Name, State                   string
	Scans, Late, Overruns, Faults uint64
}

func (n *node) devices(ctx context.Context) (all []device, err error) {
	err = n.call(ctx, http.MethodGet, "/api/v1/devices?tags=false", nil, &all)
	return all, err
}

func (n *node) counts(ctx context.Context) (c counts, polling int, err error) {
	all, err := n.devices(ctx)
	if err != nil {
		return c, 0, err
	}
	for _, d := range all {
		c = c.plus(d)
		if d.State == "polling" {
			polling++
		}
	}
	return c, polling, nil
}

// call asks the API.
func (n *node) call(ctx context.Context, method, path string, body, answer any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, method, n.url+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	r, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = r.Body.Close() }()
	text, err = io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	if r.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s: %s", method, path, r.Status, text)
	}
	return json.Unmarshal(text, answer)
}
