#![no_main]
koina_fuzz::target!("papers");
