# A CA of the administrator's own.
gatehouse ca init backends --permit .plant4.local >made
