
# Commands have published a site and a binding.
gatehouse add files.example.com http://127.0.0.1:8080
gatehouse binding add lan --site files.example.com 10.0.0.5:8443
gatehouse config export >exported
