;; Work of the kinds that user functions do.
(module
  (memory 1)
  ;; a checksum over 64 KiB: a loop of a load and some arithmetic
  (func (export "checksum") (result i32) (local $at i32) (local $c i32)
    (loop
      (local.set $c (i32.add (i32.rotl (local.get $c) (i32.const 5)) (i32.load8_u (local.get $at))))
      (br_if 0 (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (i32.const 65535))))
    (local.get $c))
  ;; a polynomial: floating point, one long stretch a turn
  (func (export "polynomial") (result f64) (local $n i32) (local $x f64) (local $s f64)
    (local.set $x (f64.const 0.3))
    (loop
      (local.set $s (f64.add (local.get $s)
        (f64.mul (local.get $x) (f64.add (f64.const 1.5) (f64.mul (local.get $x) (f64.add (f64.const -0.25)
          (f64.mul (local.get $x) (f64.add (f64.const 0.125) (f64.mul (local.get $x) (f64.const 3))))))))))
      (local.set $x (f64.sqrt (local.get $s)))
      (br_if 0 (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 10000))))
    (local.get $s))
  ;; recursion: nothing but calls
  (func $fib (param i32) (result i32)
    (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
      (then (local.get 0))
      (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1))) (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
  (func (export "calls") (result i32) (call $fib (i32.const 20)))
  ;; a scanner: many short stretches
  (func (export "branches") (result i32) (local $at i32) (local $state i32)
    (loop $next
      (block $done (block $c (block $b (block $a
        (br_table $a $b $c (i32.and (i32.add (i32.load8_u (local.get $at)) (local.get $state)) (i32.const 3))))
        (local.set $state (i32.const 1)) (br $done))
        (local.set $state (i32.add (local.get $state) (i32.const 3))) (br $done))
        (if (i32.and (local.get $state) (i32.const 1)) (then (local.set $state (i32.const 2))) (else (local.set $state (i32.const 5)))))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (i32.const 20000))))
    (local.get $state)))
