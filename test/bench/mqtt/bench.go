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

// result is one load, over the rule and over the bare broker.
type result struct {
	what       string
	rule, bare measured
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
const floodMessages = 2_000_000

// bench measures all loads.
func bench(ctx context.Context, during time.Duration) (results []result, err error) {
	rule, err := startNode(ctx, false)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rule.close()) }()
	bare, err := startNode(ctx, true)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, bare.close()) }()
	both := func(what string, l load) error {
		r := result{what: what}
		l.Topic, l.Share = "hot", 2
		if r.rule, err = rule.measure(ctx, l); err != nil {
			return fmt.Errorf("%s, through the rule: %w", what, err)
		}
		l.Topic, l.Share = "sensors", 1
		if r.bare, err = bare.measure(ctx, l); err != nil {
			return fmt.Errorf("%s, through the bare broker: %w", what, err)
		}
		results = append(results, r)
		return nil
	}
	if err := both("warm-up", load{Messages: floodMessages / 10}); err != nil {
		return nil, err
	}
	results = nil
	if err := both("as fast as it goes", load{Messages: floodMessages}); err != nil {
		return nil, err
	}
	peak := results[0].rule.rate()
	for _, share := range []float64{0.7, 0.35} {
		rate := int(peak * share)
		l := load{Rate: rate, Messages: int(float64(rate) * during.Seconds())}
		if err := both(fmt.Sprintf("%.0f %% of the rule's peak", 100*share), l); err != nil {
			return nil, err
		}
	}
	for _, rate := range []int{50_000, 30_000, 5_000, 1_000} {
		l := load{Rate: rate, Each: true, Messages: int(float64(rate) * during.Seconds())}
		if err := both(fmt.Sprintf("%d/s, each by itself", rate), l); err != nil {
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
