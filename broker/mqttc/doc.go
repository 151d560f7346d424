// Package mqttc is a client of an MQTT broker elsewhere, in MQTT 3.1.1 and 5: it
// subscribes, and acknowledges a message when its user says so; and it publishes
// a little, at QoS 0. What publishes much is package sinks/mqtt.
//
//	Open ──CONNACK──▶ Subscribe ──SUBACK──▶ Next, Ack, Next, Ack … ──▶ Close
//	  └─ refused           └─ refused          └─ the connection is lost
//
// Nothing is read from the socket but by Next, and Next is not called while its
// user is busy: so the far broker waits as long as we do, in TCP and then in its
// session. There are no queues here and one goroutine, which only keeps the
// connection alive. A client is one connection; who wants another opens it.
//
// # At least once
//
// A message of QoS 1 is answered by Ack, one of QoS 2 by PUBREC on Ack, by which
// the broker may forget it. What was not acknowledged when the connection ended
// comes again on the next one, where the session was kept.
//
// The codec is that of mochi-mqtt, which the node's own broker uses, too: it
// speaks both versions, so that one client does where two libraries would.
package mqttc
