bought new
cp pass.txt strong.txt
