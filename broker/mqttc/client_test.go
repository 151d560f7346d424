package mqttc_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/broker/mosquittotest"
	"github.com/holdfast-edge/holdfast/broker/mqttc"
	"github.com/holdfast-edge/holdfast/internal/leak"
)

func TestMain(m *testing.M) { leak.Main(m) }

// patience bounds waits that end as soon as what they wait for has come.
const patience = time.Minute

// both runs a test in both versions of MQTT.
func both(t *testing.T, test func(t *testing.T, o mqttc.Options)) {
	t.Helper()
	for name, version := range map[string]byte{"3.1.1": mqttc.Version311, "5": mqttc.Version5} {
		t.Run("MQTT "+name, func(t *testing.T) {
			test(t, mqttc.Options{
				Version: version, ClientID: "client-" + name, Username: mosquittotest.User, Password: mosquittotest.Password,
				SessionExpiry: time.Hour, KeepAlive: patience, Window: 100,
			})
		})
	}
}

// open opens a client to mosquitto, and closes it when the test ends.
func open(t *testing.T, s *mosquittotest.Server, o mqttc.Options) *mqttc.Client {
	t.Helper()
	c, err := try(t, s.Port(), o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func try(t *testing.T, port string, o mqttc.Options) (*mqttc.Client, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	conn, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	c, err := mqttc.Open(ctx, conn, o)
	if err == nil {
		t.Cleanup(c.Close)
	}
	return c, err
}

func subscribe(t *testing.T, c *mqttc.Client, filter string, qos byte) {
	t.Helper()
	if err := c.Subscribe(filter, qos, false); err != nil {
		t.Fatal(err)
	}
}

// next waits for n messages and returns their payloads.
func next(t *testing.T, c *mqttc.Client, n int) (all []mqttc.Message, payloads string) {
	t.Helper()
	timer := time.AfterFunc(patience, c.Abort)
	defer timer.Stop()
	var text []string
	for len(all) < n {
		got, err := c.Next(nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range got {
			text = append(text, string(m.Payload))
		}
		all = append(all, got...)
	}
	return all, strings.Join(text, " ")
}

func TestMessagesComeWithTheirQualityOfServiceAndAreAcknowledged(t *testing.T) {
	s := mosquittotest.Start(t)
	both(t, func(t *testing.T, o mqttc.Options) {
		o.Clean, o.SessionExpiry = true, 0
		c := open(t, s, o)
		subscribe(t, c, "a/+", 2)
		for qos := range 3 {
			s.Publish("a/b", fmt.Sprint("of ", qos), "-q", fmt.Sprint(qos))
			got, text := next(t, c, 1)
			if want := fmt.Sprint("of ", qos); text != want || got[0].Topic != "a/b" || int(got[0].QoS) != qos || got[0].Retain {
				t.Errorf("got %q %+v, want %s", text, got, want)
			}
			if err := c.Ack(got); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestWhatIsNotAcknowledgedComesAgainOnTheNextConnectionAndTheRestDoesNot(t *testing.T) {
	s := mosquittotest.Start(t)
	both(t, func(t *testing.T, o mqttc.Options) {
		for _, qos := range []byte{1, 2} {
			topic := fmt.Sprintf("again/%d/%d", o.Version, qos)
			c := open(t, s, o)
			subscribe(t, c, topic, qos)
			for n := range 3 {
				s.Publish(topic, fmt.Sprint(n), "-q", fmt.Sprint(qos))
			}
			got, _ := next(t, c, 3)
			if err := c.Ack(got[:1]); err != nil {
				t.Fatal(err)
			}
			awaitPong(t, c) // the acknowledgement is there
			c.Abort()
			s.Publish(topic, "3", "-q", fmt.Sprint(qos))

			c = open(t, s, o)
			if !c.SessionPresent() {
				t.Fatal("the session was not kept")
			}
			subscribe(t, c, topic, qos)
			got, text := next(t, c, 3)
			if text != "1 2 3" || !got[0].Again || got[2].Again {
				t.Errorf("QoS %d: got %s, %+v", qos, text, got)
			}
			if err := c.Ack(got); err != nil {
				t.Fatal(err)
			}
			awaitPong(t, c)
			c.Close()
		}
	})
}

// awaitPong waits until the broker has dealt with all that was sent. No message
// may come meanwhile.
func awaitPong(t *testing.T, c *mqttc.Client) {
	t.Helper()
	done := make(chan struct{})
	if err := c.Ping(func() { close(done) }); err != nil {
		t.Fatal(err)
	}
	mark := fmt.Sprintf("pong/%p", c)
	subscribe(t, c, mark, 0) // reads until its answer, which comes behind that to the ping
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatal("no answer to a ping")
	}
}

func TestWhatTheBrokerHadRetainedComesOnlyWhereItIsWanted(t *testing.T) {
	s := mosquittotest.Start(t)
	s.Publish("kept", "old", "-r", "-q", "1")
	both(t, func(t *testing.T, o mqttc.Options) {
		o.Clean, o.SessionExpiry = true, 0
		c := open(t, s, o)
		if err := c.Subscribe("kept", 1, true); err != nil {
			t.Fatal(err)
		}
		got, _ := next(t, c, 1)
		if !got[0].Retain || string(got[0].Payload) != "old" {
			t.Errorf("got %+v", got)
		}
		if o.Version == mqttc.Version311 {
			return // it cannot be told not to
		}
		c = open(t, s, o)
		subscribe(t, c, "kept", 1)
		s.Publish("kept", "new", "-q", "1")
		if got, text := next(t, c, 1); text != "new" || got[0].Retain {
			t.Errorf("got %s, %+v", text, got)
		}
	})
}

func TestARefusalNamesItsReasonAndTheFixAndNotThePassword(t *testing.T) {
	s := mosquittotest.Start(t)
	both(t, func(t *testing.T, o mqttc.Options) {
		o.Password = "hunter2"
		_, err := try(t, s.Port(), o)
		no, ok := errors.AsType[*mqttc.Refusal](err)
		if !ok || !no.Permanent() || !strings.Contains(err.Error(), "check username and password") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("got %v", err)
		}
	})
}

func TestASubscriptionThatTheBrokerRefusesIsARefusal(t *testing.T) {
	s := mosquittotest.Start(t)
	c := open(t, s, mqttc.Options{
		Version: mqttc.Version5, ClientID: "c", Username: mosquittotest.User, Password: mosquittotest.Password, Clean: true, KeepAlive: time.Minute, Window: 10,
	})
	err := c.Subscribe("$share/a+b/x", 1, false)
	if err == nil {
		t.Fatal("agreed to")
	}
}

func TestACloseEndsAWaitingNext(t *testing.T) {
	s := mosquittotest.Start(t)
	both(t, func(t *testing.T, o mqttc.Options) {
		c := open(t, s, o)
		failed := make(chan error, 1)
		go func() {
			_, err := c.Next(nil)
			failed <- err
		}()
		c.Close()
		if err := <-failed; err == nil {
			t.Error("a message of nobody")
		}
		if err := c.Publish(mqttc.Message{Topic: "a"}); err == nil {
			t.Error("published on a connection that is closed")
		}
	})
}

func TestTheWillIsPublishedWithoutAGoodByeAndNotWithOne(t *testing.T) {
	s := mosquittotest.Start(t)
	judge := s.Judge("will/#")
	both(t, func(t *testing.T, o mqttc.Options) {
		o.Clean, o.SessionExpiry = true, 0
		o.Will = &mqttc.Message{Topic: fmt.Sprintf("will/%d", o.Version), Payload: []byte("gone"), QoS: 1}
		open(t, s, o).Close()
		open(t, s, o).Abort()
		judge.Wait(func(all []mosquittotest.Message) bool {
			n := 0
			for _, m := range all {
				if m.Topic == o.Will.Topic && m.Payload == "gone" {
					n++
				}
			}
			if n > 1 {
				t.Error("a good-bye was followed by the will")
			}
			return n > 0
		})
	})
}

func TestAPingBehindMessagesIsAnsweredWhenTheBrokerHasThem(t *testing.T) {
	s := mosquittotest.Start(t)
	judge := s.Judge("out/#")
	both(t, func(t *testing.T, o mqttc.Options) {
		c := open(t, s, o)
		topic := fmt.Sprintf("out/%d", o.Version)
		if err := c.Publish(mqttc.Message{Topic: topic, Payload: []byte("1")}, mqttc.Message{Topic: topic, Payload: []byte("2")}); err != nil {
			t.Fatal(err)
		}
		awaitPong(t, c)
		var got []string
		judge.Wait(func(all []mosquittotest.Message) bool {
			got = got[:0]
			for _, m := range all {
				if m.Topic == topic {
					got = append(got, m.Payload)
				}
			}
			return len(got) == 2
		})
		if strings.Join(got, "") != "12" {
			t.Errorf("got %v", got)
		}
	})
}

func TestAThousandMessagesComeInOrderWhileNobodyReads(t *testing.T) {
	s := mosquittotest.Start(t)
	both(t, func(t *testing.T, o mqttc.Options) {
		topic := fmt.Sprintf("many/%d", o.Version)
		c := open(t, s, o)
		subscribe(t, c, topic, 1)
		var lines strings.Builder
		for n := range 1000 {
			fmt.Fprintln(&lines, n)
		}
		args := append(mosquittotest.Account(s.Port()), "-t", topic, "-q", "1", "-l")
		pub := exec.CommandContext(t.Context(), "mosquitto_pub", args...)
		pub.Stdin = strings.NewReader(lines.String())
		if out, err := pub.CombinedOutput(); err != nil {
			t.Fatalf("%v %s", err, out)
		}
		for n := 0; n < 1000; {
			got, err := c.Next(nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range got {
				if string(m.Payload) != fmt.Sprint(n) {
					t.Fatalf("got %s for %d", m.Payload, n)
				}
				n++
			}
			if err := c.Ack(got); err != nil {
				t.Fatal(err)
			}
		}
	})
}
