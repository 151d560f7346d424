package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

func notify(ctx context.Context) (context.Context, context.CancelFunc) {
	return signal.NotifyContext(ctx, syscall.SIGTERM)
}

// result is one load, over the rule, over the bare broker, and over the bare
// library.
type result struct {
	what                string
	of                  stage
	each                bool // every message was written by itself
	rule, bare, library measured
}

// stage is what a load is for.
type stage int

const (
	other stage = iota // for the record
	peak               // as fast as it goes
	most               // 70 % of that: nothing may be lost
	half               // half of that: the latency
)

// ratio is what a message costs through the rule beside another broker.
func (r *result) ratio(to measured) float64 {
	return float64(r.rule.perMessage()) / float64(to.perMessage())
}

// measured is what came of a load.
type measured struct {
	report
	cpu time.Duration // of the node
}

// perMessage is the processor time of a message that came in.
func (m measured) perMessage() time.Duration { return m.cpu / time.Duration(m.Sent) }

// rate is how many messages a second came in.
func (m measured) rate() float64 { return float64(m.Sent) / m.Took.Seconds() }

// floodMessages is how many messages are sent as fast as they are taken.
const floodMessages = 1_500_000

// bench measures all loads.
func bench(ctx context.Context, during time.Duration) (results []result, err error) {
	nodes := map[kind]*child{}
	defer func() {
		for _, node := range nodes {
			err = errors.Join(err, node.close())
		}
	}()
	for _, k := range []kind{withRule, bare, library} {
		node, err := startNode(ctx, k)
		if err != nil {
			return nil, err
		}
		nodes[k] = node
	}
	all := func(what string, of stage, l load) error {
		r := result{what: what, of: of, each: l.Each}
		for k, into := range map[kind]*measured{withRule: &r.rule, bare: &r.bare, library: &r.library} {
			l.Topic, l.Share = "sensors", 1
			if k == withRule {
				l.Topic, l.Share = "hot", 2
			}
			if *into, err = nodes[k].measure(ctx, l); err != nil {
				return fmt.Errorf("%s, %s: %w", what, k, err)
			}
		}
		results = append(results, r)
		return nil
	}
	if err := all("warm-up", other, load{Messages: floodMessages / 10}); err != nil {
		return nil, err
	}
	results = nil
	for _, each := range []bool{true, false} {
		if err := all("as fast as it goes", peak, load{Messages: floodMessages, Each: each}); err != nil {
			return nil, err
		}
		full := results[len(results)-1].rule.rate()
		for _, of := range []stage{most, half} {
			share := map[stage]float64{most: 0.7, half: 0.35}[of]
			rate := int(full * share)
			l := load{Rate: rate, Each: each, Messages: int(float64(rate) * during.Seconds())}
			if err := all(fmt.Sprintf("%.0f %% of the rule's peak", 100*share), of, l); err != nil {
				return nil, err
			}
		}
	}
	for _, rate := range []int{50_000, 5_000, 1_000} {
		l := load{Rate: rate, Each: true, Messages: int(float64(rate) * during.Seconds())}
		if err := all(fmt.Sprintf("%d/s", rate), other, l); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// measure runs a load against a node, in a process of its own.
func (c *child) measure(ctx context.Context, l load) (m measured, err error) {
	before, err := processorTime(c.cmd.Process.Pid)
	if err != nil {
		return m, err
	}
	args := []string{
		"-role", "load", "-port", c.port, "-topic", l.Topic, "-rate", strconv.Itoa(l.Rate),
		"-messages", strconv.Itoa(l.Messages), "-share", strconv.Itoa(l.Share), "-each=" + strconv.FormatBool(l.Each),
	}
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(out, &m.report); err != nil {
		return m, err
	}
	after, err := processorTime(c.cmd.Process.Pid)
	m.cpu = after - before
	return m, err
}
