package mqttd_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/packets"

	"github.com/holdfast-edge/holdfast/broker/mosquittotest"
)

// load is what one benchmark does.
type load struct {
	qos         byte
	subscribers int
	window      int // messages without acknowledgement
	size        int
	rate        int // messages a second, each written by itself; 0: as fast as the broker takes them
	messages    int
}

// run sends the messages and returns when every subscriber has them all.
func (l load) run(t testing.TB, port string) {
	n := l.messages
	var all sync.WaitGroup
	for i := range l.subscribers {
		c := dial(t, port, "sub"+strconv.Itoa(i), cleanStart)
		c.subscribe(t, packets.SubOptions{Topic: "bench", QoS: l.qos})
		all.Go(func() {
			l.receive(t, c, n)
			_ = c.Close()
		})
	}
	pub := dial(t, port, "pub", cleanStart)
	defer pub.Close()
	l.publish(t, pub, n)
	all.Wait()
}

func (l load) publish(t testing.TB, c *client, n int) {
	out := bufio.NewWriterSize(c.Conn, 32<<10)
	payload := make([]byte, l.size)
	unanswered, begun := 0, time.Now()
	for i := range n {
		if l.qos > 0 && unanswered >= l.window {
			_ = out.Flush()
			c.expect(t, packets.PUBACK)
			unanswered--
			for unanswered > 0 && c.in.Buffered() > 0 {
				c.expect(t, packets.PUBACK)
				unanswered--
			}
		}
		_, _ = out.Write(publishPacket("bench", payload, l.qos, uint16(i%60000)+1))
		if l.rate > 0 {
			_ = out.Flush()
			<-time.After(time.Until(begun.Add(time.Duration(i) * time.Second / time.Duration(l.rate))))
		}
		unanswered++
	}
	_ = out.Flush()
	for ; l.qos > 0 && unanswered > 0; unanswered-- {
		c.expect(t, packets.PUBACK)
	}
}

func publishPacket(topic string, payload []byte, qos byte, id uint16) []byte {
	size := 2 + len(topic) + 1 + len(payload)
	if qos > 0 {
		size += 2
	}
	p := append(make([]byte, 0, size+5), 0x30|qos<<1)
	for n := size; ; n >>= 7 {
		if n < 0x80 {
			p = append(p, byte(n))
			break
		}
		p = append(p, byte(n)|0x80)
	}
	p = append(binary.BigEndian.AppendUint16(p, uint16(len(topic))), topic...)
	if qos > 0 {
		p = binary.BigEndian.AppendUint16(p, id)
	}
	return append(append(p, 0), payload...)
}

// receive reads n messages and acknowledges them together.
func (l load) receive(t testing.TB, c *client, n int) {
	var acks []byte
	for range n {
		head, _ := c.in.ReadByte()
		length, _ := binary.ReadUvarint(c.in)
		if head>>4 != packets.PUBLISH {
			t.Errorf("got packet type %d", head>>4)
			return
		}
		if l.qos > 0 {
			start, _ := c.in.Peek(2)
			topic := int(binary.BigEndian.Uint16(start))
			start, _ = c.in.Peek(2 + topic + 2)
			acks = append(acks, 0x40, 2, start[2+topic], start[3+topic])
		}
		_, _ = c.in.Discard(int(length))
		if len(acks) > 0 && (c.in.Buffered() == 0 || len(acks) > 400) {
			_, _ = c.Write(acks)
			acks = acks[:0]
		}
	}
	_, _ = c.Write(acks)
}

// loads are the ones that LIBRARIES of brokers are compared by.
func loads() map[string]load {
	return map[string]load{
		"QoS0-1to1":          {qos: 0, subscribers: 1, size: 100, messages: 200_000},
		"QoS0-1to10":         {qos: 0, subscribers: 10, size: 100, messages: 100_000},
		"QoS1-1to1":          {qos: 1, subscribers: 1, window: 100, size: 100, messages: 100_000},
		"QoS0-1to1-at-5000":  {qos: 0, subscribers: 1, size: 100, messages: 10_000, rate: 5_000},
		"QoS0-1to10-at-1000": {qos: 0, subscribers: 10, size: 100, messages: 2_000, rate: 1_000},
	}
}

// BenchmarkBroker compares brokers in one run, each in a process of its own.
// msg/s counts deliveries; cpu-us/msg is user and system time of the broker for
// each of them.
func BenchmarkBroker(b *testing.B) {
	for _, name := range slices.Sorted(maps.Keys(loads())) {
		b.Run(name+"/holdfast", func(b *testing.B) {
			process, port := child(b, file(b))
			measure(b, loads()[name], port, process.Process.Pid)
		})
		b.Run(name+"/mosquitto", func(b *testing.B) {
			server := mosquittotest.Start(b)
			measure(b, loads()[name], server.Port(), server.PID())
		})
	}
}

func measure(b *testing.B, l load, port string, pid int) {
	before := cpu(pid)
	for b.Loop() {
		l.run(b, port)
	}
	delivered := float64(b.N) * float64(l.messages*l.subscribers)
	b.ReportMetric(delivered/b.Elapsed().Seconds(), "msg/s")
	b.ReportMetric(float64((cpu(pid)-before).Microseconds())/delivered, "cpu-us/msg")
	b.ReportMetric(0, "ns/op")
}

// cpu is the processor time that the threads of a process have used, by the
// scheduler's own account: ticks are too coarse for a broker that is mostly idle.
func cpu(pid int) (used time.Duration) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil {
		return 0
	}
	for _, thread := range threads {
		stat, err := os.ReadFile(thread)
		if err != nil {
			continue // it has ended
		}
		var ns int64
		_, _ = fmt.Sscan(string(stat), &ns)
		used += time.Duration(ns)
	}
	return used
}
