// Package bulk makes a sinks.Writer of a far end that takes many records in one
// request: it gathers deliveries, keeps a window of requests on the way, finds
// the record that a request was refused for, and ends what hangs. A sink is then
// one function that posts a request.
//
//	Send ──by stream──▶ queue ──gather: batch, linger──▶ Post ──▶ done
//	                                                      │ refused for good
//	                                                      ├──▶ halves, quarters … the rows
//	                                                      │ asks to be left alone
//	                                                      ├──▶ waits, again
//	                                                      │ anything else
//	                                                      └──▶ the connection is lost
//
// It is for requests with an answer. A far end with a pipeline of its own (MQTT,
// Kafka) has its own window.
package bulk
