package uplink

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// Bounds of questions.
const (
	mostAsks   = 16
	mostAnswer = 4 << 20 // octets of one answer
	mostWithin = 5 * time.Minute
)

var errLong = errors.New("the answer is too long: ask for less")

// answer answers a question beside the reading, a bounded number at once.
func (c *connection) answer(ctx context.Context, answering *sync.WaitGroup, q *wire.Ask) {
	if c.asking.Add(1) > mostAsks {
		c.asking.Add(-1)
		c.reply(&wire.Reply{Id: q.GetId(), Last: true, Error: "this node answers as many questions as it can"})
		return
	}
	within := min(max(time.Duration(q.GetWithinMs())*time.Millisecond, time.Second), mostWithin)
	ctx, cancel := context.WithTimeout(ctx, within)
	c.mu.Lock()
	c.asks[q.GetId()] = cancel
	c.mu.Unlock()
	answering.Go(func() {
		defer c.asking.Add(-1)
		defer c.forget(q.GetId())
		last := &wire.Reply{Id: q.GetId(), Last: true}
		var err error
		if defect := supervisor.Guard(func() { err = c.answerTo(ctx, q) }); defect != nil {
			c.env.Logger.Error("a question was not answered", "error", defect)
			err = errors.New("the node met a defect while it answered")
		}
		if err != nil {
			last.Error = link.Cut(err.Error())
		}
		c.reply(last)
	})
}

// answerTo sends the parts of an answer.
func (c *connection) answerTo(ctx context.Context, q *wire.Ask) error {
	if q.GetQuestion() == nil {
		return errors.New("this node does not know that question")
	}
	if t := q.GetTunnel(); t != nil {
		return c.tunnel(ctx, t)
	}
	total := 0
	return c.env.Plant.Answer(ctx, q, func(part []byte) error {
		if total += len(part); total > mostAnswer {
			return errLong
		}
		for len(part) > 0 {
			n := min(len(part), link.MaxChunk)
			if err := c.part(ctx, &wire.Reply{Id: q.GetId(), Data: part[:n:n]}); err != nil {
				return err
			}
			part = part[n:]
		}
		return nil
	})
}

// part waits for room, of which half stays for what is not an answer.
func (c *connection) part(ctx context.Context, r *wire.Reply) error {
	for len(c.out) > waiting/2 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
	c.reply(r)
	return ctx.Err()
}

func (c *connection) reply(r *wire.Reply) {
	c.send(&wire.FromNode{Message: &wire.FromNode_Reply{Reply: r}})
}

// forget ends the answer to a question.
func (c *connection) forget(id uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if cancel, ok := c.asks[id]; ok {
		cancel()
		delete(c.asks, id)
	}
}
