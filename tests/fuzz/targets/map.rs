#![no_main]
koina_fuzz::target!("map");
