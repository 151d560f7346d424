package mqttd_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/packets"

	"github.com/holdfast-edge/holdfast/broker/mosquittotest"
	"github.com/holdfast-edge/holdfast/broker/mqttd"
)

// load is what one benchmark does.
type load struct {
	qos         byte
	subscribers int
	window      int // messages without acknowledgement
	size        int
}

// run sends n messages and returns when every subscriber has them all.
func (l load) run(t testing.TB, port string, n int) {
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
	unanswered := 0
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
		"QoS0-1to1":  {qos: 0, subscribers: 1, size: 100},
		"QoS0-1to10": {qos: 0, subscribers: 10, size: 100},
		"QoS1-1to1":  {qos: 1, subscribers: 1, window: 100, size: 100},
	}
}

// BenchmarkBroker compares brokers in one run. msg/s counts deliveries; us/msg
// is CPU time of the broker alone for mosquitto, of broker and clients for ours,
// which share a process.
func BenchmarkBroker(b *testing.B) {
	for name, l := range loads() {
		b.Run(name+"/holdfast", func(b *testing.B) {
			own := start(b, func(c *mqttd.Config) { c.Live = mqttd.Limits{Messages: 10_000_000, Bytes: 1 << 30} })
			measure(b, l, port(own), func() time.Duration { return cpu("self") })
			s := own.Stats()
			b.ReportMetric(float64(s.Sent)/float64(max(s.Writes, 1)), "msg/write")
		})
		b.Run(name+"/mosquitto", func(b *testing.B) {
			server := mosquittotest.Start(b)
			measure(b, l, server.Port(), func() time.Duration { return cpu(strconv.Itoa(server.PID())) })
		})
	}
}

func measure(b *testing.B, l load, port string, spent func() time.Duration) {
	before, at := spent(), time.Now()
	for b.Loop() {
		const n = 100_000
		l.run(b, port, n)
	}
	delivered := float64(b.N) * 100_000 * float64(l.subscribers)
	b.ReportMetric(delivered/time.Since(at).Seconds(), "msg/s")
	b.ReportMetric(float64((spent()-before).Microseconds())/delivered, "cpu-us/msg")
	b.ReportMetric(0, "ns/op")
}

// cpu is the processor time that a process has used.
func cpu(pid string) time.Duration {
	if pid == "self" {
		var usage syscall.Rusage
		if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
			return 0
		}
		return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	}
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	var user, system int64
	_, _ = fmt.Sscan(fields[11]+" "+fields[12], &user, &system)
	return time.Duration(user+system) * 10 * time.Millisecond // USER_HZ is 100 on every Linux
}
