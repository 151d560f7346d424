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
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/enrol"
	"github.com/holdfast-edge/holdfast/cluster/rollout"
	"github.com/holdfast-edge/holdfast/test/cloud/light"
)

// result is what was measured with one number of sites.
type result struct {
	sites                int
	memory, bareMemory   int64         // octets for each site
	idle, bareIdle       time.Duration // of processor, for each site and hour
	storm                time.Duration // of processor, until all were back
	stormWall            time.Duration
	turned               uint64
	curve                []int // sites back after each second
	rollout, rolloutWall time.Duration
	confirmed            int
}

// idleFor is how long idle sites are watched.
const idleFor = 20 * time.Second

// measure measures one number of sites.
func measure(ctx context.Context, n int, out io.Writer) (r result, err error) {
	r.sites = n
	dir, err := os.MkdirTemp("", "holdfast-bench-")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if r.bareMemory, r.bareIdle, err = idleCost(ctx, dir, n, true, nil); err != nil {
		return r, err
	}
	if err := os.Remove(filepath.Join(dir, "addresses")); err != nil {
		return r, err
	}
	_, _ = fmt.Fprintf(out, "  a bare gRPC stream: %d KB\n", r.bareMemory>>10)
	r.memory, r.idle, err = idleCost(ctx, dir, n, false, func(p *process, fleet []*light.Site) error {
		if err := r.roll(ctx, p, dir); err != nil {
			return err
		}
		return r.weather(ctx, p, dir, n, fleet)
	})
	_, _ = fmt.Fprintf(out, "  a site: %d KB\n", r.memory>>10)
	return r, err
}

// idleCost connects all sites to a fresh server, and returns what each costs it.
func idleCost(ctx context.Context, dir string, n int, bare bool, then func(*process, []*light.Site) error) (memory int64, idle time.Duration, err error) {
	p, err := startProcess(ctx, dir, n, bare)
	if err != nil {
		return 0, 0, err
	}
	defer func() { p.end(syscall.SIGKILL) }()
	before := p.resident()
	fleet, stop, err := connect(ctx, dir, p.at.Link)
	if err != nil {
		return 0, 0, err
	}
	defer stop()
	if err := all(ctx, fleet, 1, nil); err != nil {
		return 0, 0, err
	}
	pause(ctx, 5*time.Second)
	memory = (p.resident() - before) / int64(n)
	used := p.cpu()
	pause(ctx, idleFor)
	idle = time.Duration(float64(p.cpu()-used) * time.Hour.Seconds() / idleFor.Seconds() / float64(n))
	if then != nil {
		err = then(p, fleet)
	}
	return memory, idle, err
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// connect runs every site of a directory.
func connect(ctx context.Context, dir, address string) (fleet []*light.Site, stop func(), err error) {
	f, err := os.Open(credentialsFile(dir))
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c enrol.Credentials
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			cancel()
			return nil, nil, err
		}
		s := light.New(c)
		s.Addresses = []string{address}
		fleet = append(fleet, s)
		running.Go(func() { s.Run(ctx) })
	}
	return fleet, func() { cancel(); running.Wait() }, lines.Err()
}

// all waits until every site has had so many sessions; tick is called each second with how many have.
func all(ctx context.Context, fleet []*light.Site, sessions uint64, tick func(int)) error {
	have, missing := 0, error(nil)
	for range 600 {
		have, missing = 0, nil
		for _, s := range fleet {
			if n, _ := s.Sessions(); n >= sessions {
				have++
			} else {
				missing = s.Last()
			}
		}
		if tick != nil {
			tick(have)
		}
		if have == len(fleet) {
			return nil
		}
		pause(ctx, time.Second)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return fmt.Errorf("only %d of %d sites have connected within 10 minutes; one of the others: %w", have, len(fleet), missing)
}

// weather kills the member, starts it again, and measures the return of all its sites.
func (r *result) weather(ctx context.Context, p *process, dir string, n int, fleet []*light.Site) error {
	var before uint64
	for _, s := range fleet {
		_, turned := s.Sessions()
		before += turned
	}
	p.end(syscall.SIGKILL)
	again, err := startProcess(ctx, dir, n, false)
	if err != nil {
		return err
	}
	*p = *again
	begin := time.Now()
	if err := all(ctx, fleet, 2, func(have int) { r.curve = append(r.curve, have) }); err != nil {
		return err
	}
	r.storm, r.stormWall = p.cpu(), time.Since(begin)
	for _, s := range fleet {
		_, turned := s.Sessions()
		r.turned += turned
	}
	r.turned -= before
	return nil
}

// roll rolls a change to every site, with health windows of nothing.
func (r *result) roll(ctx context.Context, p *process, dir string) error {
	token, err := os.ReadFile(filepath.Join(dir, "token"))
	if err != nil {
		return err
	}
	used, begin := p.cpu(), time.Now()
	var v rollout.Rollout
	in := api.NewRollout{Files: []link.File{{Name: "site.yaml", Data: "site: x\n"}}, Canary: 1, Wave: max(1, r.sites/4), Within: 900}
	if err := ask(ctx, p.at.API+"/api/v1/rollouts", token, in, &v); err != nil {
		return err
	}
	for !v.State.Ended() {
		pause(ctx, time.Second/2)
		if err := ask(ctx, p.at.API+"/api/v1/rollouts/"+v.ID, token, nil, &v); err != nil {
			return err
		}
	}
	r.rollout, r.rolloutWall, r.confirmed = p.cpu()-used, time.Since(begin), v.Count(rollout.Confirmed)
	return nil
}

// ask asks the API: POST where there is something to send.
func ask(ctx context.Context, url string, token []byte, in, into any) error {
	method, body := http.MethodGet, []byte(nil)
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		method, body = http.MethodPost, text
	}
	q, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	q.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	q.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode > 299 {
		return fmt.Errorf("%s %s: %s", method, url, answer.Status)
	}
	return json.NewDecoder(answer.Body).Decode(into)
}
