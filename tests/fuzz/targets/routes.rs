#![no_main]
koina_fuzz::target!("routes");
