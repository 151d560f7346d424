package browsertest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// pipe is a connection with a browser: JSON messages that end in a zero octet.
type pipe struct {
	out io.Writer
	in  io.Reader

	mu         sync.Mutex
	last       int // number of the last order
	waiting    map[int]chan reply
	complaints []string
	gone       chan struct{} // closed when the browser has ended
}

// reply is the answer to an order, or an event, which has no number.
type reply struct {
	ID     int
	Method string
	Params json.RawMessage
	Result json.RawMessage
	Error  *struct{ Message string }
}

// read hands out what the browser says, until it ends.
func (p *pipe) read() {
	defer close(p.gone)
	in := bufio.NewReaderSize(p.in, 1<<20)
	for {
		line, err := in.ReadBytes(0)
		if err != nil {
			return
		}
		var r reply
		if json.Unmarshal(bytes.TrimSuffix(line, []byte{0}), &r) != nil {
			continue
		}
		p.take(r)
	}
}

func (p *pipe) take(r reply) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if answer, ok := p.waiting[r.ID]; ok && r.ID != 0 {
		delete(p.waiting, r.ID)
		answer <- r
		return
	}
	p.complaint(r)
}

// complaint keeps what a developer would see in red.
func (p *pipe) complaint(r reply) {
	switch r.Method {
	case "Runtime.exceptionThrown":
		p.complaints = append(p.complaints, string(r.Params))
	case "Log.entryAdded":
		var entry struct {
			Entry struct{ Level, Text, URL string }
		}
		if json.Unmarshal(r.Params, &entry) == nil && entry.Entry.Level == "error" {
			p.complaints = append(p.complaints, strings.TrimSpace(entry.Entry.Text+" "+entry.Entry.URL))
		}
	}
}

// do gives an order and decodes its result into result, where that is not nil.
func (p *pipe) do(session, method string, params, result any) error {
	answer := make(chan reply, 1)
	p.mu.Lock()
	p.last++
	id := p.last
	p.waiting[id] = answer
	text, err := json.Marshal(struct {
		ID        int    `json:"id"`
		Session   string `json:"sessionId,omitempty"`
		Method    string `json:"method"`
		Parameter any    `json:"params,omitempty"`
	}{id, session, method, params})
	if err == nil {
		_, err = p.out.Write(append(text, 0))
	}
	p.mu.Unlock()
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	select {
	case r := <-answer:
		return r.decode(method, result)
	case <-p.gone:
		return errors.New(method + ": the browser has ended")
	case <-time.After(patience):
		return errors.New(method + ": the browser does not answer")
	}
}

func (r reply) decode(method string, result any) error {
	if r.Error != nil {
		return fmt.Errorf("%s: %s", method, r.Error.Message)
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(r.Result, result)
}
